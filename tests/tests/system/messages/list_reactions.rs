//! `GET /messages/{message_id}/reactions`

use parlance_tests::prelude::*;

fn shown(page: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let reactions = page["reactions"].as_array().unwrap().iter();
    reactions.map(|r| (text(&r["emoji"]), text(&r["user"]["id"]))).collect()
}

#[tokio::test]
async fn everybody_who_reacted_is_listed_page_by_page() {
    let people = stack().crowd(7).await;
    let others: Vec<&User> = people[1..].iter().collect();
    let room = people[0].room_with(&others).await;
    let sent = people[0].send(&room, "react!").await;
    let path = format!("/messages/{}/reactions", sent["id"].as_str().unwrap());
    for user in &people {
        user.post(&path, json!({"emoji": "\u{1F44D}"})).await.ok(201);
    }
    people[3].post(&path, json!({"emoji": "\u{1F389}"})).await.ok(201);
    let mut ids: Vec<String> = people.iter().map(|user| user.id.clone()).collect();
    ids.sort();
    let mut wanted: Vec<(String, String)> =
        ids.iter().map(|id| ("\u{1F44D}".to_owned(), id.clone())).collect();
    wanted.push(("\u{1F389}".to_owned(), people[3].id.clone()));
    let (mut all, mut query) = (vec![], "limit=3".to_owned());
    loop {
        let page = people[1].get(&format!("{path}?{query}")).await.ok(200);
        assert!(page["reactions"].as_array().unwrap().len() <= 3);
        page["reactions"].as_array().unwrap().iter().for_each(|r| shape::compact_user(&r["user"]));
        all.extend(shown(&page));
        match page["next_cursor"].as_str() {
            Some(cursor) => query = format!("limit=3&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(all, wanted);
    let one = people[1].get(&format!("{path}?emoji=%F0%9F%8E%89")).await.ok(200);
    assert_eq!(shown(&one), wanted[7..]);
    for bad in ["limit=0", "cursor=x", "emoji=abc"] {
        people[1].get(&format!("{path}?{bad}")).await.problem(400, "validation_failed");
    }
}

#[tokio::test]
async fn strangers_and_the_deleted_show_nothing() {
    let [alice, bob] = stack().users().await;
    let room = alice.make_room("public", "Tea").await;
    let sent = alice.send(&room, "x").await;
    let message = format!("/messages/{}", sent["id"].as_str().unwrap());
    let path = format!("{message}/reactions");
    alice.post(&path, json!({"emoji": "\u{1F44D}"})).await.ok(201);
    bob.get(&path).await.problem(403, "not_a_member");
    alice.delete(&message).await.ok(200);
    assert_eq!(alice.get(&path).await.ok(200)["reactions"], json!([]));
}
