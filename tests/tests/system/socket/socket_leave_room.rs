//! `leave_room`: the subscription, never the membership.

use parlance_tests::prelude::*;

#[tokio::test]
async fn the_membership_stays() {
    let [owner, guest] = stack().users().await;
    let room = owner.room_with(&[&guest]).await;
    let socket = Socket::connect_with(&guest, "subscribe=explicit").await;
    socket.ack(json!({"type": "join_room", "room_id": room})).await;
    let left = socket.ack(json!({"type": "leave_room", "room_id": room})).await;
    assert_eq!(left["room_id"], room);
    assert_eq!(guest.room(&room).await["role"], "member");
    guest.send(&room, "still in").await;
    assert_eq!(owner.room(&room).await["member_count"], 2);
}

#[tokio::test]
async fn twice_or_without_a_subscription_is_no_error() {
    let [owner, guest] = stack().users().await;
    let room = owner.room_with(&[&guest]).await;
    for query in ["subscribe=explicit", ""] {
        let socket = Socket::connect_with(&guest, query).await;
        socket.ack(json!({"type": "leave_room", "room_id": room})).await;
        socket.ack(json!({"type": "leave_room", "data": {"room_id": room}})).await;
    }
}
