//! `read_message`

use parlance_tests::prelude::*;

async fn read(socket: &Socket, message: &Value) -> Value {
    socket.ack(json!({"type": "read_message", "message_id": message["id"]})).await
}

#[tokio::test]
async fn the_mark_moves_forward_and_counts_what_is_left() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let sent = alice.send_all(&room, ["1", "2", "3"]).await;
    let socket = Socket::connect(&bob).await;
    assert_eq!(bob.room(&room).await["unread_count"], 3);
    let data = read(&socket, &sent[1]).await;
    assert_eq!(
        (&data["room_id"], &data["last_read_message_id"], &data["last_read_seq"]),
        (&json!(room), &sent[1]["id"], &sent[1]["seq"])
    );
    assert_eq!(data["unread_count"], 1);
    let seen = bob.room(&room).await;
    assert_eq!(
        (&seen["unread_count"], &seen["last_read_message_id"], &seen["last_read_seq"]),
        (&json!(1), &sent[1]["id"], &sent[1]["seq"])
    );
    // Back again: nothing moves.
    assert_eq!(read(&socket, &sent[0]).await, data);
    assert_eq!(read(&socket, &sent[1]).await, data);
    assert_eq!(read(&socket, &sent[2]).await["unread_count"], 0);
    alice.send(&room, "4").await;
    assert_eq!(bob.room(&room).await["unread_count"], 1);
    assert_eq!(bob.get("/rooms").await.ok(200)["rooms"][0]["unread_count"], 1);
}

#[tokio::test]
async fn marks_at_once_leave_the_highest() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let sent = alice.send_all(&room, (0..8).map(|number| number.to_string())).await;
    let socket = Socket::connect(&bob).await;
    futures_util::future::join_all(sent.iter().rev().map(|message| read(&socket, message))).await;
    let seen = bob.room(&room).await;
    assert_eq!((&seen["last_read_message_id"], &seen["unread_count"]), (&sent[7]["id"], &json!(0)));
}

#[tokio::test]
async fn the_room_and_ones_own_devices_are_told() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let sent = alice.send(&room, "m").await;
    let (reader, device, sender) =
        (Socket::connect(&bob).await, Socket::connect(&bob).await, Socket::connect(&alice).await);
    read(&reader, &sent).await;
    let receipt = sender.expect("message_read", |data| data["user_id"] == bob.id.as_str()).await;
    assert_eq!(
        (&receipt.data["room_id"], &receipt.data["message_id"], &receipt.data["read_seq"]),
        (&json!(room), &sent["id"], &sent["seq"])
    );
    assert!(receipt.data["read_at"].is_string() && receipt.seq.is_none(), "{}", receipt.raw);
    let state = device.expect("read_state_updated", |data| data["room_id"] == room.as_str()).await;
    assert_eq!(
        (
            &state.data["last_read_message_id"],
            &state.data["last_read_seq"],
            &state.data["unread_count"]
        ),
        (&sent["id"], &sent["seq"], &json!(0))
    );
    alice.send(&room, "fence").await;
    sender.expect_message(&room, "fence").await;
    assert!(
        sender.seen(|frame| frame.kind == "read_state_updated").is_empty(),
        "to one's own devices only"
    );
}

#[tokio::test]
async fn a_mark_that_does_not_move_tells_nobody() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let sent = alice.send_all(&room, ["1", "2"]).await;
    let (reader, sender) = (Socket::connect(&bob).await, Socket::connect(&alice).await);
    read(&reader, &sent[1]).await;
    sender.expect("message_read", |data| data["message_id"] == sent[1]["id"]).await;
    read(&reader, &sent[0]).await;
    alice.send(&room, "fence").await;
    sender.expect_message(&room, "fence").await;
    assert!(sender.seen(|frame| frame.data["message_id"] == sent[0]["id"]).is_empty());
}

#[tokio::test]
async fn only_members_read() {
    let [owner, stranger] = stack().users().await;
    let room = owner.make_room("public", "Tea").await;
    let sent = owner.send(&room, "m").await;
    let (socket, own) = (Socket::connect(&stranger).await, Socket::connect(&owner).await);
    socket
        .refused(json!({"type": "read_message", "message_id": sent["id"]}), &["not_a_member"])
        .await;
    own.refused(
        json!({"type": "read_message", "message_id": format!("{}9", sent["id"].as_str().unwrap())}),
        &["not_found"],
    )
    .await;
    own.refused(
        json!({"type": "read_message", "message_id": "nonsense"}),
        &["not_found", "validation_failed"],
    )
    .await;
    own.refused(json!({"type": "read_message"}), &["validation_failed"]).await;
}
