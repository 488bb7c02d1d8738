//! `POST /rooms/{room_id}/read`

use parlance_tests::prelude::*;

#[tokio::test]
async fn a_message_or_everything_is_read() {
    let [alice, bob, stranger] = stack().users().await;
    let room = alice.private_room_with(&[&bob]).await;
    let sent = alice.send_all(&room, ["1", "2", "3"]).await;
    let path = format!("/rooms/{room}/read");
    let socket = Socket::connect(&bob).await;
    let state = bob.post(&path, json!({"message_id": sent[0]["id"]})).await.ok(200);
    assert_eq!((&state["room_id"], &state["unread_count"]), (&json!(room), &json!(2)));
    assert_eq!(
        (&state["last_read_message_id"], &state["last_read_seq"], &state["mention_count"]),
        (&sent[0]["id"], &sent[0]["seq"], &json!(0))
    );
    let event = socket.expect("read_state_updated", |d| d["room_id"] == room.as_str()).await;
    assert_eq!(event.data, state);
    let state = bob.poke(&path).await.ok(200);
    assert_eq!(
        (&state["unread_count"], &state["last_read_message_id"]),
        (&json!(0), &sent[2]["id"])
    );
    // Not back again.
    assert_eq!(bob.post(&path, json!({"message_id": sent[0]["id"]})).await.ok(200), state);
    assert_eq!(bob.post(&path, json!({})).await.ok(200), state);
    let elsewhere = bob.make_room("public", "Tea").await;
    let other = bob.send(&elsewhere, "x").await;
    bob.post(&path, json!({"message_id": other["id"]})).await.invalid("/message_id");
    let unknown = json!({"message_id": format!("{room}-999")});
    bob.post(&path, unknown).await.problem(404, "not_found");
    bob.post(&path, json!({"message_id": 7})).await.invalid("/message_id");
    stranger.poke(&path).await.problem(403, "not_a_member");
    let empty = alice.make_room("public", "Empty").await;
    let state = alice.poke(&format!("/rooms/{empty}/read")).await.ok(200);
    assert_eq!((&state["unread_count"], &state["last_read_message_id"]), (&json!(0), &Value::Null));
}
