//! `POST /rooms/{room_id}/unread`

use parlance_tests::prelude::*;

#[tokio::test]
async fn a_message_and_what_follows_are_unread_again() {
    let [alice, bob, stranger] = stack().users().await;
    let room = alice.private_room_with(&[&bob]).await;
    let sent = alice.send_all(&room, ["1", "2", "3"]).await;
    let (read, unread) = (format!("/rooms/{room}/read"), format!("/rooms/{room}/unread"));
    let (device, sender) = (Socket::connect(&bob).await, Socket::connect(&alice).await);
    bob.poke(&read).await.ok(200);
    let first = sender.expect("message_read", |d| d["room_id"] == room.as_str()).await;
    device.expect("read_state_updated", |d| d["unread_count"] == 0).await;
    let state = bob.post(&unread, json!({"message_id": sent[1]["id"]})).await.ok(200);
    assert_eq!(
        (&state["unread_count"], &state["last_read_message_id"]),
        (&json!(2), &sent[0]["id"])
    );
    let event = device.expect("read_state_updated", |d| d["unread_count"] == 2).await;
    assert_eq!(event.data, state);
    let shown = bob.room(&room).await;
    assert_eq!((&shown["unread_count"], &shown["last_read_seq"]), (&json!(2), &sent[0]["seq"]));
    // A note to oneself: others go on seeing what was read.
    let receipts = format!("/messages/{}/receipts", sent[2]["id"].as_str().unwrap());
    assert_eq!(alice.get(&receipts).await.ok(200)["read_count"], 1);
    // There already, or further back: nothing moves.
    assert_eq!(bob.post(&unread, json!({"message_id": sent[2]["id"]})).await.ok(200), state);
    let state = bob.post(&read, json!({"message_id": sent[2]["id"]})).await.ok(200);
    assert_eq!(state["unread_count"], 0);
    device.expect("read_state_updated", |d| d["unread_count"] == 0).await;
    bob.send(&room, "fence").await;
    sender.expect_message(&room, "fence").await;
    let told = sender.seen(|f| f.kind == "message_read" && f.data["room_id"] == room.as_str());
    let again = told.iter().find(|frame| frame.data["read_at"] != first.data["read_at"]);
    assert!(again.is_none(), "nobody hears of reading again: {again:?}");
    // The first of all.
    let oldest = bob.page(&room, "order=asc").await["messages"][0].clone();
    let state = bob.post(&unread, json!({"message_id": oldest["id"]})).await.ok(200);
    assert_eq!((&state["last_read_message_id"], &state["unread_count"]), (&Value::Null, &json!(4)));
    bob.poke(&unread).await.problem_of(&[(400, "malformed_json"), (400, "validation_failed")]);
    stranger.post(&unread, json!({"message_id": sent[0]["id"]})).await.problem(403, "not_a_member");
    let unknown = json!({"message_id": format!("{room}-999")});
    bob.post(&unread, unknown).await.problem(404, "not_found");
}
