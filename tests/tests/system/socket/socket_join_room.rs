//! `join_room`: the subscription, never the membership.

use parlance_tests::prelude::*;

#[tokio::test]
async fn the_answer_is_the_rooms_position() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let sent = alice.send(&room, "m").await;
    let socket = Socket::connect(&bob).await;
    let data = socket.ack(json!({"type": "join_room", "room_id": room})).await;
    assert_eq!(data["room_id"], room);
    assert!(data["last_seq"].as_u64() >= sent["seq"].as_u64(), "{data}");
    let enveloped = socket.ack(json!({"type": "join_room", "data": {"room_id": room}})).await;
    assert_eq!(enveloped, data);
}

#[tokio::test]
async fn it_makes_nobody_a_member() {
    let [owner, stranger] = stack().users().await;
    let room = owner.make_room("public", "Tea").await;
    let socket = Socket::connect_with(&stranger, "subscribe=explicit").await;
    socket.refused(json!({"type": "join_room", "room_id": room}), &["not_a_member"]).await;
    socket
        .refused(
            json!({"type": "join_room", "room_id": "0199aaaa-0000-7000-8000-000000000000"}),
            &["not_found"],
        )
        .await;
    assert_eq!(owner.room(&room).await["member_count"], 1);
}

#[tokio::test]
async fn a_subscription_ends_with_the_membership() {
    let [owner, guest] = stack().users().await;
    let (room, lobby) = (owner.room_with(&[&guest]).await, owner.room_with(&[&guest]).await);
    let socket = Socket::connect_with(&guest, "subscribe=explicit").await;
    let witness = Socket::connect(&owner).await;
    socket.ack(json!({"type": "join_room", "room_id": room})).await;
    socket.ack(json!({"type": "join_room", "room_id": lobby})).await;
    guest.leave(&room).await;
    owner.send(&room, "after").await;
    witness.expect_message(&room, "after").await;
    owner.send(&lobby, "fence").await;
    socket.expect_message(&lobby, "fence").await;
    assert!(
        socket
            .seen(|frame| frame.kind == "message_created" && frame.data["room_id"] == room.as_str())
            .is_empty()
    );
}
