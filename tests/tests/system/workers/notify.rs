//! `notify`: who is told of what is written

use crate::notifications::{answered, eventually};
use parlance_tests::prelude::*;

fn kinds(list: &Value) -> Vec<(Value, Value)> {
    let all = list["notifications"].as_array().cloned().unwrap_or_default();
    all.iter().map(|notice| (notice["type"].clone(), notice["content"].clone())).collect()
}

#[tokio::test]
async fn whoever_is_answered_is_told_on_every_device() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let explicit = Socket::connect_with(&alice, "subscribe=explicit").await;
    let plain = Socket::connect(&alice).await;
    let root = alice.send(&room, "a question").await;
    let reply = json!({"content": "an answer", "parent_message_id": root["id"]});
    let reply = bob.send_as(&room, reply).await;
    for device in [&explicit, &plain] {
        let event = device.expect("notification", |_| true).await;
        shape::event(&event);
        let notice = &event.data["notification"];
        assert_eq!(
            (&notice["type"], &notice["message_id"], &notice["content"]),
            (&json!("reply"), &reply["id"], &json!("an answer"))
        );
        assert_eq!((&event.data["unread_count"], &notice["read"]), (&json!(1), &json!(false)));
    }
    assert_eq!(bob.get("/notifications").await.ok(200)["unread_count"], 0, "never oneself");
}

#[tokio::test]
async fn nobody_is_told_of_their_own_words() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let root = alice.send(&room, "a question").await;
    alice.send_as(&room, json!({"content": "my answer", "parent_message_id": root["id"]})).await;
    answered(&alice, &bob, &room).await;
    let list = alice.get("/notifications").await.ok(200);
    assert_eq!(kinds(&list), [(json!("reply"), json!("an answer"))]);
}

#[tokio::test]
async fn direct_messages_are_one_notification_that_counts() {
    let [alice, bob] = stack().users().await;
    let room = alice.direct_room(&bob).await;
    let device = Socket::connect(&bob).await;
    for number in 1..=3 {
        alice.send(&room, &format!("message {number}")).await;
        let event =
            device.expect("notification", |data| data["notification"]["count"] == number).await;
        assert_eq!(event.data["notification"]["type"], "direct_message");
        assert_eq!(event.data["unread_count"], 1);
    }
    let list = bob.get("/notifications").await.ok(200);
    assert_eq!(kinds(&list), [(json!("direct_message"), json!("message 3"))]);
    let last = &list["notifications"][0]["message_id"];
    device.ack(json!({"type": "read_message", "message_id": last})).await;
    assert_eq!(bob.get("/notifications").await.ok(200)["unread_count"], 0);
    alice.send(&room, "message 4").await;
    let event =
        device.expect("notification", |data| data["notification"]["content"] == "message 4").await;
    assert_eq!(event.data["notification"]["count"], 1, "what was read is not counted again");
    assert_eq!(
        bob.get("/notifications").await.ok(200)["notifications"].as_array().unwrap().len(),
        2
    );
}

#[tokio::test]
async fn a_deleted_direct_message_is_not_counted_any_more() {
    let [alice, bob] = stack().users().await;
    let room = alice.direct_room(&bob).await;
    let mut sent = vec![];
    for number in 1..=3 {
        sent.push(alice.send(&room, &format!("message {number}")).await);
    }
    eventually(&bob, |list| list["notifications"][0]["count"] == 3).await;
    let delete = async |message: &Value| {
        alice.delete(&format!("/messages/{}", message["id"].as_str().unwrap())).await.ok(200);
    };
    delete(&sent[1]).await;
    let list = eventually(&bob, |list| list["notifications"][0]["count"] == 2).await;
    assert_eq!(kinds(&list), [(json!("direct_message"), json!("message 3"))]);
    delete(&sent[2]).await;
    let list = eventually(&bob, |list| list["notifications"][0]["count"] == 1).await;
    assert_eq!(kinds(&list), [(json!("direct_message"), json!("message 1"))]);
    let device = Socket::connect(&bob).await;
    delete(&sent[0]).await;
    eventually(&bob, |list| list["unread_count"] == 0).await;
    device.expect("notification_removed", |data| data["unread_count"] == 0).await;
}

#[tokio::test]
async fn a_deleted_answer_is_taken_back() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let notice = answered(&alice, &bob, &room).await;
    let device = Socket::connect(&alice).await;
    let message = notice["message_id"].as_str().unwrap();
    bob.delete(&format!("/messages/{message}")).await.ok(200);
    let event =
        device.expect("notification_removed", |data| data["ids"] == json!([notice["id"]])).await;
    assert_eq!(event.data["unread_count"], 0);
    assert_eq!(alice.get("/notifications").await.ok(200)["unread_count"], 0);
}

#[tokio::test]
async fn a_kill_between_the_commit_and_the_telling_loses_nothing() {
    let stack = Stack::start(Options::new().roomy());
    let [alice, bob] = stack.users().await;
    let room = alice.room_with(&[&bob]).await;
    let root = alice.send(&room, "a question").await;
    for number in 0..5 {
        let body = json!({"content": number.to_string(), "parent_message_id": root["id"]});
        bob.send_as(&room, body).await;
    }
    stack.kill();
    stack.start_again();
    let list = eventually(&alice.reconnected(), |list| list["unread_count"] == 5).await;
    assert_eq!(list["notifications"].as_array().unwrap().len(), 5, "each once");
}

#[tokio::test]
async fn joins_reactions_and_lines_of_the_system_tell_nobody() {
    let [alice, bob, carol] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    carol.join(&room).await;
    let message = alice.send(&room, "plain").await;
    let id = message["id"].as_str().unwrap();
    bob.post(&format!("/messages/{id}/reactions"), json!({"emoji": "👍"})).await.ok(201);
    answered(&alice, &bob, &room).await;
    for (user, count) in [(&alice, 1), (&bob, 0), (&carol, 0)] {
        assert_eq!(user.get("/notifications").await.ok(200)["unread_count"], count);
    }
}
