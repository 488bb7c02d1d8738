//! `GET /search`: messages of the rooms one is in now, as they are now.

use parlance_tests::prelude::*;
use parlance_tests::search::{encoded, found};
use parlance_tests::stack::project_folder;
use std::collections::{BTreeMap, BTreeSet};

fn id(message: &Value) -> &str {
    message["id"].as_str().unwrap()
}

#[tokio::test]
async fn a_message_is_found_by_its_words() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let sent = alice.send(&room, "Green tea is <b>ready</b>, isn't it?").await;
    bob.expect_found(&room, "tea", &["Green tea is <b>ready</b>, isn't it?"]).await;
    let page = bob.search(&format!("q=READY+tea&room_id={room}")).await;
    let result = &page["results"][0];
    assert_eq!(result["message"]["id"], sent["id"]);
    assert_eq!(result["message"]["sender"]["id"], alice.id.as_str());
    assert_eq!(result["room"], json!({"id": room, "name": "a room", "type": "public"}));
    assert_eq!(result["highlights"], json!([{"start": 6, "end": 9}, {"start": 16, "end": 21}]));
    assert_eq!(
        result["snippet_html"],
        "Green <mark>tea</mark> is &lt;b&gt;<mark>ready</mark>&lt;/b&gt;, isn&#39;t it?"
    );
    assert_eq!(page["next_cursor"], Value::Null);
}

#[tokio::test]
async fn every_script_finds_its_words() {
    let table = std::fs::read_to_string(project_folder().join("tests/relevance.json")).unwrap();
    let table: Value = serde_json::from_str(&table).unwrap();
    let alice = stack().user().await;
    let room = alice.make_room("private", "Babel").await;
    let mut names = BTreeMap::new();
    for (name, text) in table["messages"].as_object().unwrap() {
        let sent = alice.send(&room, text.as_str().unwrap()).await;
        names.insert(id(&sent).to_owned(), name.clone());
    }
    alice.settle(&room).await;
    let mut wrong = vec![];
    for row in table["queries"].as_array().unwrap() {
        let q = row["q"].as_str().unwrap();
        let page = alice.search(&format!("limit=50&order=rank&q={}", encoded(q))).await;
        let results = page["results"].as_array().unwrap();
        let finds: BTreeSet<&str> =
            results.iter().map(|one| names[id(&one["message"])].as_str()).collect();
        let wanted: BTreeSet<&str> =
            row["finds"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        if finds != wanted {
            wrong.push(format!("{q:?} finds {finds:?}, not {wanted:?}"));
        }
        // Whatever is found is marked somewhere.
        assert!(results.iter().all(|one| one["highlights"] != json!([])), "{q}: {page}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn only_rooms_one_is_in_now_are_searched() {
    let [alice, bob, carol] = stack().users().await;
    let secret = format!("secret{}", alice.name);
    let shared = alice.room_with(&[&bob]).await;
    let private = alice.private_room_with(&[&bob]).await;
    let direct = alice.direct_room(&bob).await;
    for room in [&shared, &private, &direct] {
        alice.send(room, &secret).await;
        bob.expect_found(room, &secret, &[&secret]).await;
    }
    assert_eq!(bob.find(&secret).await.len(), 3);
    // A stranger finds nothing, and may not name the rooms.
    assert_eq!(carol.find(&secret).await.len(), 0);
    for room in [&shared, &private, &direct] {
        let refused = carol.get(&format!("/search?q={secret}&room_id={room}")).await;
        refused.problem(403, "not_a_member");
        assert_eq!(carol.find(&format!("{secret} in:{room}")).await.len(), 0);
    }
    let unknown = "0198c0de-7b0a-7c3e-8f00-0000000000aa";
    carol.get(&format!("/search?q=x&room_id={unknown}")).await.problem(404, "not_found");
    // From the moment somebody leaves, at once.
    bob.leave(&private).await;
    assert_eq!(bob.find(&secret).await.len(), 2);
    bob.get(&format!("/search?q=x&room_id={private}")).await.problem(403, "not_a_member");
    bob.leave(&shared).await;
    assert_eq!(bob.find(&secret).await.len(), 1);
    // And from the moment somebody joins, everything there is.
    carol.join(&shared).await;
    assert_eq!(carol.find(&secret).await, [secret.as_str()]);
    carol.api.call("GET", "/search?q=x", None, Payload::None).await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn deleted_text_is_gone_at_once_and_edits_count_at_once() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let sent = alice.send(&room, "the password is hunter2").await;
    bob.expect_found(&room, "hunter2", &["the password is hunter2"]).await;
    let path = format!("/messages/{}", id(&sent));
    alice.put(&path, json!({"content": "the password is gone"})).await.ok(200);
    // Whatever the index still holds: the very next search does not show it.
    assert_eq!(bob.find_in(&room, "hunter2").await.len(), 0);
    bob.expect_found(&room, "password gone", &["the password is gone"]).await;
    alice.delete(&path).await.ok(200);
    for q in ["password", "gone", "hunter2", "deleted"] {
        assert_eq!(bob.find_in(&room, q).await.len(), 0, "{q}");
    }
    let all = bob.search(&format!("room_id={room}")).await;
    assert_eq!(all["results"], json!([]));
}

#[tokio::test]
async fn context_is_what_was_written_beside_it() {
    let [alice, bob] = stack().users().await;
    let room = alice.make_room("public", "Tea").await;
    alice.send(&room, "one needle").await;
    let gone = alice.send(&room, "to be deleted").await;
    let found = alice.send(&room, "two needles").await;
    alice.delete(&format!("/messages/{}", id(&gone))).await.ok(200);
    // A line of the system between two messages is passed over, and so are reactions and other events.
    alice
        .post(&format!("/messages/{}/reactions", id(&found)), json!({"emoji": "🔥"}))
        .await
        .ok(201);
    bob.join(&room).await;
    alice.send(&room, "three").await;
    bob.expect_found(&room, "needle", &["two needles", "one needle"]).await;
    let page = bob.search(&format!("q=needle&room_id={room}")).await;
    let (two, one) = (&page["results"][0]["context"], &page["results"][1]["context"]);
    assert_eq!(two["before"]["content"], "[deleted]");
    shape::tombstone(&two["before"], &alice.id);
    assert_eq!(two["after"]["content"], "three");
    assert_eq!(one["before"], Value::Null);
    assert_eq!(one["after"]["id"], gone["id"]);
    assert_eq!(page["results"][0]["message"]["reactions"][0]["count"], 1);
}

#[tokio::test]
async fn parameters_and_operators_filter() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let other = alice.make_room("private", "Quiet corner").await;
    bob.join(&room).await;
    let direct = alice.direct_room(&bob).await;
    alice.send(&room, "tea by alice").await;
    bob.send(&room, "tea by bob https://example.org/tea").await;
    alice.send(&other, "tea in the corner").await;
    bob.send(&direct, "tea for two").await;
    for room in [&room, &other, &direct] {
        alice.settle(room).await;
    }
    let (by_alice, by_bob) = ("tea by alice", "tea by bob https://example.org/tea");
    let (corner, for_two) = ("tea in the corner", "tea for two");
    let (alice_name, bob_name) = (alice.name.clone(), bob.name.clone());
    for (query, expected) in [
        ("q=tea".to_owned(), vec![for_two, corner, by_bob, by_alice]),
        (format!("q=tea&room_id={room}"), vec![by_bob, by_alice]),
        (format!("room_id={room}"), vec![by_bob, by_alice]),
        (format!("q=tea&sender={bob_name}"), vec![for_two, by_bob]),
        (format!("q=tea&sender={}", bob.id), vec![for_two, by_bob]),
        ("q=tea&sender=me".to_owned(), vec![corner, by_alice]),
        ("sender=nobody_at_all".to_owned(), vec![]),
        ("has=links".to_owned(), vec![by_bob]),
        ("has=links&has=attachments".to_owned(), vec![]),
        ("q=tea&has=attachments".to_owned(), vec![]),
        (format!("q={}", encoded(&format!("tea from:{bob_name}"))), vec![for_two, by_bob]),
        (format!("q={}", encoded(&format!("tea -from:@{bob_name}"))), vec![corner, by_alice]),
        (format!("q={}", encoded("tea in:\"Quiet corner\"")), vec![corner]),
        (format!("q={}", encoded("tea -in:\"quiet CORNER\" from:me")), vec![by_alice]),
        (format!("q={}", encoded(&format!("in:@{bob_name}"))), vec![for_two]),
        (format!("q={}", encoded(&format!("in:{room} -has:link"))), vec![by_alice]),
        (format!("q={}", encoded("tea in:nowhere")), vec![]),
        (
            format!("q={}", encoded(&format!("from:{alice_name} from:{bob_name} two"))),
            vec![for_two],
        ),
        (format!("q={}&sender=me", encoded(&format!("from:{bob_name}"))), vec![]),
        (
            format!("q={}", encoded("tea after:2020 before:2199-01-01")),
            vec![for_two, corner, by_bob, by_alice],
        ),
        (format!("q={}", encoded("tea before:2020-01-01")), vec![]),
        (format!("q={}", encoded("tea -by")), vec![for_two, corner]),
        (format!("q={}", encoded("\"tea by\" -alice")), vec![by_bob]),
    ] {
        assert_eq!(found(&alice.search(&query).await), expected, "{query}");
    }
}

#[tokio::test]
async fn dates_include_their_last_day() {
    let alice = stack().user().await;
    let room = alice.make_room("private", "Tea").await;
    let sent = alice.send(&room, "tea").await;
    alice.expect_found(&room, "tea", &["tea"]).await;
    let at = sent["created_at"].as_str().unwrap();
    let day = &at[..10];
    for (query, count) in [
        (format!("from={day}&to={day}"), 1),
        (format!("from={}", &at[..7]), 1),
        (format!("to={}", &at[..4]), 1),
        (format!("from={at}&to={at}"), 1),
        (format!("to={}T00:00:00Z", &at[..10]), 0),
        ("from=2199-01-01".to_owned(), 0),
        ("to=2020-12-31".to_owned(), 0),
        (format!("q=during:{day}"), 1),
        (format!("q=after:{day}"), 0),
        (format!("q=before:{day}"), 0),
    ] {
        let page = alice.search(&format!("{query}&room_id={room}")).await;
        assert_eq!(found(&page).len(), count, "{query}");
    }
}

#[tokio::test]
async fn pages_follow_each_other() {
    let alice = stack().user().await;
    let room = alice.make_room("private", "Tea").await;
    let texts: Vec<String> = (0..25).map(|n| format!("tea number {n}")).collect();
    let sent = alice.send_all(&room, &texts).await;
    alice.settle(&room).await;
    // Deleted in the middle: gone from every page.
    alice.delete(&format!("/messages/{}", id(&sent[10]))).await.ok(200);
    for order in ["recent", "rank"] {
        let mut all = vec![];
        let mut query = format!("q=tea&room_id={room}&limit=7&order={order}");
        loop {
            let page = alice.search(&query).await;
            assert!(page["results"].as_array().unwrap().len() <= 7);
            all.extend(found(&page));
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            query = format!("q=tea&room_id={room}&limit=7&order={order}&cursor={cursor}");
        }
        let newest_first: Vec<&String> =
            texts.iter().rev().filter(|text| *text != "tea number 10").collect();
        if order == "recent" {
            assert_eq!(all.iter().collect::<Vec<_>>(), newest_first);
        }
        let once: BTreeSet<&String> = all.iter().collect();
        assert_eq!((once.len(), all.len()), (24, 24), "{order}");
    }
}

#[tokio::test]
async fn what_is_not_right_is_named() {
    let alice = stack().user().await;
    let long = format!("q={}", "x".repeat(501));
    let many = format!("q={}", "a+".repeat(33));
    for (query, name) in [
        ("", "q"),
        ("q=", "q"),
        ("q=%20%20", "q"),
        ("q=!!!", "q"),
        (long.as_str(), "q"),
        (many.as_str(), "q"),
        ("q=before:soon", "q"),
        ("q=has:tea", "q"),
        ("q=x&from=tomorrow", "from"),
        ("q=x&to=2026-13-01", "to"),
        ("q=x&has=tea", "has"),
        ("q=x&has=links,tea", "has"),
        ("q=x&limit=0", "limit"),
        ("q=x&limit=many", "limit"),
        ("q=x&order=best", "order"),
        ("q=x&cursor=1", "cursor"),
        ("q=x&cursor=NaN_1_2_3&order=rank", "cursor"),
        ("q=x&room_id=tea", "room_id"),
    ] {
        let problem =
            alice.get(&format!("/search?{query}")).await.problem(400, "validation_failed");
        assert_eq!(problem["errors"][0]["pointer"], name, "{query}: {problem}");
    }
    for fine in ["q=x&limit=700", "q=%00", "q=%F0%9F%9A%80", "q=%2522"] {
        let answer = alice.get(&format!("/search?{fine}")).await;
        assert!(matches!(answer.status, 200 | 400), "{fine}: {}", answer.text);
    }
}

#[tokio::test]
async fn who_searches_too_much_has_to_wait() {
    let user = limited().user().await;
    // Thirty at once, and more only as the bucket fills again.
    for _ in 0..90 {
        let answer = user.get("/search?q=tea").await;
        if answer.status != 200 {
            answer.problem(429, "rate_limited");
            return;
        }
    }
    panic!("nobody was told to wait");
}

#[tokio::test]
async fn a_deployment_without_search_says_so() {
    let stack = Stack::start(Options::new().roomy().param("SearchEnabled", "false"));
    let alice = stack.user().await;
    let refused = alice.get("/search?q=tea").await;
    assert_eq!((refused.status, &refused.json["code"]), (503, &json!("unavailable")));
    let room = alice.make_room("public", "Tea").await;
    alice.send(&room, "the rest works").await;
}

#[tokio::test]
async fn messages_with_files_are_found_as_such() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let photo = alice.upload("a.png", &parlance_tests::files::png(30, 30)).await;
    let paper = alice.upload("b.pdf", &parlance_tests::files::pdf()).await;
    alice.send_files(&room, "tea with a picture", &[&photo]).await;
    alice.send(&room, "tea with https://example.org").await;
    alice.send_files(&room, "tea https://example.org and paper", &[&paper]).await;
    alice.settle(&room).await;
    let (picture, link, both) =
        ("tea with a picture", "tea with https://example.org", "tea https://example.org and paper");
    for (query, expected) in [
        ("has=attachments".to_owned(), vec![both, picture]),
        ("q=picture&has=attachments".to_owned(), vec![picture]),
        ("has=attachments,links".to_owned(), vec![both]),
        ("has=attachments&has=links".to_owned(), vec![both]),
        (format!("q={}", encoded("tea has:attachment")), vec![both, picture]),
        (format!("q={}", encoded("tea -has:attachment")), vec![link]),
        (format!("q={}", encoded("has:attachment -has:link")), vec![picture]),
    ] {
        let found = found(&bob.search(&format!("{query}&room_id={room}")).await);
        assert_eq!(found, expected, "{query}");
    }
}
