//! `POST /messages/{message_id}/reactions`

use futures_util::future::join_all;
use parlance_tests::prelude::*;

async fn react(user: &User, message: &str, emoji: &str) -> Answer {
    user.post(&format!("/messages/{message}/reactions"), json!({"emoji": emoji})).await
}

async fn message(user: &User, room: &str) -> String {
    user.send(room, "m").await["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_first_time_counts_and_the_second_does_not() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let id = message(&alice, &room).await;
    let socket = Socket::connect(&alice).await;
    let added = react(&bob, &id, "👍").await.ok(201);
    assert_eq!(
        (&added["message_id"], &added["emoji"], &added["count"]),
        (&json!(id), &json!("👍"), &json!(1))
    );
    assert_eq!(added["reactions"][0]["me"], true);
    let again = react(&bob, &id, "👍").await.ok(200);
    assert_eq!((&again["count"], &again["reactions"]), (&json!(1), &added["reactions"]));
    assert_eq!(react(&alice, &id, "👍").await.ok(201)["count"], 2);
    let event = socket.expect("reaction_added", |data| data["user_id"] == bob.id.as_str()).await;
    shape::event(&event);
    assert_eq!(
        (&event.data["message_id"], &event.data["emoji"], &event.data["room_id"]),
        (&json!(id), &json!("👍"), &json!(room))
    );
    assert_eq!(event.data["count"], 1);
    alice.send(&room, "fence").await;
    socket.expect_message(&room, "fence").await;
    let mut numbers: Vec<_> =
        socket.seen(|frame| frame.kind == "reaction_added").iter().map(|frame| frame.seq).collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), 2, "one event for each that counted");
}

#[tokio::test]
async fn reactions_are_grouped_in_the_order_of_first_use() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let id = message(&alice, &room).await;
    for (user, emoji) in [(&alice, "🎉"), (&bob, "👍"), (&alice, "😂"), (&bob, "🎉")] {
        react(user, &id, emoji).await.ok(201);
    }
    let shown = |message: &Value| -> Vec<(String, u64, bool)> {
        let list = message["reactions"].as_array().unwrap();
        let one = |r: &Value| {
            (
                r["emoji"].as_str().unwrap().into(),
                r["count"].as_u64().unwrap(),
                r["me"].as_bool().unwrap(),
            )
        };
        list.iter().map(one).collect()
    };
    let stored = bob.message(&id).await;
    assert_eq!(
        shown(&stored),
        [("🎉".into(), 2, true), ("👍".into(), 1, true), ("😂".into(), 1, false)]
    );
    assert_eq!(
        shown(&alice.page(&room, "").await["messages"][0]),
        [("🎉".into(), 2, true), ("👍".into(), 1, false), ("😂".into(), 1, true)]
    );
    let named = ids(&stored["reactions"][0]["users"]);
    assert!(named.len() == 2 && named.contains(&alice.id) && named.contains(&bob.id), "{stored}");
}

#[tokio::test]
async fn with_and_without_variation_selector_is_one_emoji() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let id = message(&alice, &room).await;
    assert_eq!(react(&alice, &id, "❤").await.ok(201)["emoji"], "❤️");
    assert_eq!(react(&alice, &id, "❤️").await.ok(200)["count"], 1);
    assert_eq!(react(&bob, &id, "❤️").await.ok(201)["count"], 2);
    assert_eq!(alice.message(&id).await["reactions"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn emoji_of_every_make_are_taken_and_text_is_not() {
    let user = stack().user().await;
    let room = user.make_room("public", "Tea").await;
    let id = message(&user, &room).await;
    for emoji in ["👍", "👍🏽", "❤️", "😂", "🔥", "🎉", "👩‍👩‍👧‍👦", "🇩🇪", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "1️⃣", "🏳️‍🌈"]
    {
        assert_eq!(react(&user, &id, emoji).await.ok(201)["emoji"], emoji);
    }
    for text in [
        "",
        " ",
        "a",
        "like",
        ":+1:",
        "👍👍",
        "👍 ",
        "1",
        "<3",
        "\u{fe0f}",
        "\u{200d}",
        &"👍".repeat(1000),
    ] {
        react(&user, &id, text).await.invalid("/emoji");
    }
    for wrong in [json!(1), Value::Null, json!(["👍"])] {
        user.post(&format!("/messages/{id}/reactions"), json!({"emoji": wrong}))
            .await
            .invalid("/emoji");
    }
}

#[tokio::test]
async fn seven_people_at_once_are_seven() {
    let owner = stack().user().await;
    let room = owner.make_room("public", "Tea").await;
    let id = message(&owner, &room).await;
    let crowd = stack().crowd(7).await;
    join_all(crowd.iter().map(|user| user.join(&room))).await;
    for answer in join_all(crowd.iter().map(|user| react(user, &id, "🔥"))).await {
        answer.ok(201);
    }
    let reaction = owner.message(&id).await["reactions"][0].clone();
    assert_eq!((&reaction["count"], &reaction["me"]), (&json!(7), &json!(false)));
    assert_eq!(reaction["users"].as_array().unwrap().len(), 5, "at most five are named");
}

#[tokio::test]
async fn one_person_twice_at_once_is_one() {
    let user = stack().user().await;
    let room = user.make_room("public", "Tea").await;
    let id = message(&user, &room).await;
    let answers = join_all((0..6).map(|_| react(&user, &id, "🔥"))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    answers
        .into_iter()
        .for_each(|answer| assert!(matches!(answer.status, 200 | 201), "{}", answer.text));
    assert_eq!(user.message(&id).await["reactions"][0]["count"], 1);
}

#[tokio::test]
async fn fifty_different_ones_are_enough() {
    let user = stack().user().await;
    let room = user.make_room("public", "Tea").await;
    let id = message(&user, &room).await;
    let faces: Vec<String> =
        (0x1F600..=0x1F600 + 50).filter_map(char::from_u32).map(String::from).collect();
    for face in &faces[..50] {
        react(&user, &id, face).await.ok(201);
    }
    react(&user, &id, &faces[50]).await.problem(400, "too_many_reactions");
    react(&user, &id, &faces[0]).await.ok(200);
    assert_eq!(user.message(&id).await["reactions"].as_array().unwrap().len(), 50);
}

#[tokio::test]
async fn deleted_messages_take_none() {
    let user = stack().user().await;
    let room = user.make_room("public", "Tea").await;
    let id = message(&user, &room).await;
    user.delete(&format!("/messages/{id}")).await.ok(200);
    react(&user, &id, "👍")
        .await
        .problem_of(&[(404, "message_deleted"), (400, "message_not_reactable")]);
    shape::tombstone(&user.message(&id).await, &user.id);
}

#[tokio::test]
async fn only_members_react() {
    let [owner, stranger] = stack().users().await;
    let room = owner.make_room("public", "Tea").await;
    let id = message(&owner, &room).await;
    react(&stranger, &id, "👍").await.problem(403, "not_a_member");
    react(&owner, "nonsense", "👍").await.problem(404, "not_found");
    assert_eq!(owner.message(&id).await["reactions"], json!([]));
}
