//! `PUT /messages/{message_id}`
//!
//! That the window closes after 15 minutes is tested where the clock can be set: with the rules.

use parlance_tests::prelude::*;

fn path(message: &Value) -> String {
    format!("/messages/{}", message["id"].as_str().unwrap())
}

#[tokio::test]
async fn the_sender_changes_the_words_and_nothing_else() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let root = bob.send(&room, "root").await;
    let sent = alice.send_as(&room, json!({"content": "helo", "parent_id": root["id"]})).await;
    bob.post(&format!("{}/reactions", path(&sent)), json!({"emoji": "👍"})).await.ok(201);
    let socket = Socket::connect(&bob).await;
    let edited = alice.put(&path(&sent), json!({"content": " hello\r\n😀 "})).await.ok(200);
    shape::message(&edited);
    assert_eq!(edited["content"], "hello\n😀");
    assert!(edited["edited_at"].is_string(), "{edited}");
    for member in
        ["id", "seq", "created_at", "sender", "parent_message_id", "reply_to_message_id", "type"]
    {
        assert_eq!(edited[member], sent[member], "{member}");
    }
    assert_eq!(edited["reactions"][0]["count"], 1);
    let event = socket.expect("message_updated", |data| data["message"]["id"] == sent["id"]).await;
    shape::event(&event);
    shape::message(&event.data["message"]);
    assert_eq!(event.data["message"]["content"], "hello\n😀");
    assert!(event.seq > sent["seq"].as_u64(), "an edit takes a number of its own");
    assert_eq!(bob.message(sent["id"].as_str().unwrap()).await["content"], "hello\n😀");
    assert_eq!(bob.room(&room).await["last_message"]["content"], "hello\n😀");
}

#[tokio::test]
async fn an_edit_that_changes_nothing_is_none() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let sent = alice.send(&room, "same").await;
    let socket = Socket::connect(&bob).await;
    let edited = alice.put(&path(&sent), json!({"content": " same "})).await.ok(200);
    assert_eq!(edited["edited_at"], Value::Null);
    alice.send(&room, "fence").await;
    socket.expect_message(&room, "fence").await;
    assert!(socket.seen(|frame| frame.kind == "message_updated").is_empty());
}

#[tokio::test]
async fn nobody_else_may_not_even_the_owner() {
    let [owner, sender, stranger] = stack().users().await;
    let room = owner.room_with(&[&sender]).await;
    let sent = sender.send(&room, "mine").await;
    owner.put(&path(&sent), json!({"content": "c"})).await.problem(403, "not_the_sender");
    stranger.put(&path(&sent), json!({"content": "c"})).await.problem(403, "not_a_member");
    assert_eq!(sender.message(sent["id"].as_str().unwrap()).await["content"], "mine");
}

#[tokio::test]
async fn limits_are_those_of_a_new_message() {
    let user = stack().user().await;
    let room = user.make_room("public", "Tea").await;
    let sent = user.send(&room, "first").await;
    for wrong in [
        json!(""),
        json!("  "),
        json!("x".repeat(10_001)),
        json!("😀".repeat(10_001)),
        json!(7),
        Value::Null,
        json!([]),
    ] {
        user.put(&path(&sent), json!({"content": wrong})).await.invalid("/content");
    }
    user.put(&path(&sent), json!({})).await.invalid("/content");
    assert_eq!(user.message(sent["id"].as_str().unwrap()).await["content"], "first");
    let longest = "😀".repeat(10_000);
    assert_eq!(
        user.put(&path(&sent), json!({"content": longest})).await.ok(200)["content"],
        longest
    );
}

#[tokio::test]
async fn a_deleted_message_stays_deleted() {
    let user = stack().user().await;
    let room = user.make_room("public", "Tea").await;
    let sent = user.send(&room, "m").await;
    user.delete(&path(&sent)).await.ok(200);
    user.put(&path(&sent), json!({"content": "back"})).await.problem(404, "message_deleted");
    shape::tombstone(&user.message(sent["id"].as_str().unwrap()).await, &user.id);
}

#[tokio::test]
async fn an_edit_and_a_deletion_at_once_leave_a_tombstone() {
    let [sender, owner] = stack().users().await;
    let room = owner.room_with(&[&sender]).await;
    for _ in 0..5 {
        let sent = sender.send(&room, "m").await;
        let path = path(&sent);
        let (edited, deleted) =
            tokio::join!(sender.put(&path, json!({"content": "edited"})), owner.delete(&path));
        deleted.ok(200);
        if edited.status != 200 {
            edited.problem(404, "message_deleted");
        }
        shape::tombstone(&sender.message(sent["id"].as_str().unwrap()).await, &owner.id);
    }
}

#[tokio::test]
async fn an_unknown_id_is_not_found() {
    let user = stack().user().await;
    user.put("/messages/nonsense", json!({"content": "c"})).await.problem(404, "not_found");
    user.put("/messages/0199aaaa-0000-7000-8000-000000000000-1", json!({"content": "c"}))
        .await
        .problem(404, "not_found");
}
