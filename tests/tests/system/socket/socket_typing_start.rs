//! `typing_start`

use parlance_tests::prelude::*;

#[tokio::test]
async fn others_see_it_and_oneself_does_not() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let (mine, theirs) = (Socket::connect(&alice).await, Socket::connect(&bob).await);
    assert_eq!(mine.ack(json!({"type": "typing_start", "room_id": room})).await, json!({}));
    let event = theirs.expect("user_typing", |data| data["room_id"] == room.as_str()).await;
    assert_eq!(
        (&event.data["user_id"], &event.data["typing"], &event.data["expires_in_ms"]),
        (&json!(alice.id), &json!(true), &json!(5000))
    );
    assert_eq!(event.seq, None, "typing is no event of the room");
    alice.send(&room, "fence").await;
    mine.expect_message(&room, "fence").await;
    assert!(mine.seen(|frame| frame.kind == "user_typing").is_empty());
}

#[tokio::test]
async fn many_starts_at_once_are_told_once() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let (mine, theirs) = (Socket::connect(&alice).await, Socket::connect(&bob).await);
    futures_util::future::join_all(
        (0..5).map(|_| mine.ack(json!({"type": "typing_start", "data": {"room_id": room}}))),
    )
    .await;
    theirs.expect("user_typing", |_| true).await;
    // Another room has a throttle of its own.
    let other = alice.room_with(&[&bob]).await;
    mine.ack(json!({"type": "typing_start", "room_id": other})).await;
    theirs.expect("user_typing", |data| data["room_id"] == other.as_str()).await;
    bob.send(&room, "fence").await;
    theirs.expect_message(&room, "fence").await;
    let starts = theirs.seen(|frame| {
        frame.kind == "user_typing"
            && frame.data["room_id"] == room.as_str()
            && frame.data["typing"] == true
    });
    assert_eq!(starts.len(), 1, "{starts:?}");
}

#[tokio::test]
async fn only_members_type() {
    let [owner, stranger] = stack().users().await;
    let room = owner.make_room("public", "Tea").await;
    let (inside, outside) = (Socket::connect(&owner).await, Socket::connect(&stranger).await);
    outside.refused(json!({"type": "typing_start", "room_id": room}), &["not_a_member"]).await;
    outside
        .refused(
            json!({"type": "typing_start", "room_id": "0199aaaa-0000-7000-8000-000000000000"}),
            &["not_found"],
        )
        .await;
    outside.refused(json!({"type": "typing_start"}), &["validation_failed"]).await;
    owner.send(&room, "fence").await;
    inside.expect_message(&room, "fence").await;
    assert!(inside.seen(|frame| frame.kind == "user_typing").is_empty());
}

#[tokio::test]
async fn it_is_in_no_history_and_no_resume() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let (mine, theirs) = (Socket::connect(&alice).await, Socket::connect(&bob).await);
    let start = theirs.ack(json!({"type": "join_room", "room_id": room})).await["last_seq"].clone();
    mine.ack(json!({"type": "typing_start", "room_id": room})).await;
    theirs.expect("user_typing", |_| true).await;
    let resumed = theirs.ack(json!({"type": "resume", "rooms": {&room: start}})).await;
    assert_eq!(resumed["events"], json!([]));
    assert_eq!(resumed["rooms"][&room]["last_seq"], start);
}
