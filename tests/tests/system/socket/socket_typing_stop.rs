//! `typing_stop`

use parlance_tests::prelude::*;

#[tokio::test]
async fn others_see_that_it_ended() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let (mine, theirs) = (Socket::connect(&alice).await, Socket::connect(&bob).await);
    mine.ack(json!({"type": "typing_start", "room_id": room})).await;
    theirs.expect("user_typing", |data| data["typing"] == true).await;
    assert_eq!(mine.ack(json!({"type": "typing_stop", "room_id": room})).await, json!({}));
    let event = theirs.expect("user_typing", |data| data["typing"] == false).await;
    assert_eq!((&event.data["room_id"], &event.data["user_id"]), (&json!(room), &json!(alice.id)));
    alice.send(&room, "fence").await;
    mine.expect_message(&room, "fence").await;
    assert!(mine.seen(|frame| frame.kind == "user_typing").is_empty(), "not to oneself");
}

#[tokio::test]
async fn only_members_stop() {
    let [owner, stranger] = stack().users().await;
    let room = owner.make_room("public", "Tea").await;
    let socket = Socket::connect(&stranger).await;
    socket.refused(json!({"type": "typing_stop", "room_id": room}), &["not_a_member"]).await;
    socket
        .refused(json!({"type": "typing_stop", "data": {"room_id": 7}}), &["validation_failed"])
        .await;
    socket.ping().await;
}
