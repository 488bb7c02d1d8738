//! `$connect`

use parlance_tests::prelude::*;

#[tokio::test]
async fn ready_comes_once_and_says_who_and_how_often() {
    let user = stack().user().await;
    let socket = Socket::connect(&user).await;
    let ready = socket.expect("ready", |_| true).await;
    shape::event(&ready);
    assert_eq!(ready.data["user_id"], user.id);
    assert!(ready.data["connection_id"].as_str().is_some_and(|id| !id.is_empty()), "{}", ready.raw);
    // The gateway cuts a connection that is silent for ten minutes.
    assert!(
        ready.data["heartbeat_ms"].as_u64().is_some_and(|ms| (1_000..600_000).contains(&ms)),
        "{}",
        ready.raw
    );
    assert_eq!(ready.seq, None);
    socket.ping().await;
    socket.ping().await;
    assert_eq!(socket.seen(|frame| frame.kind == "ready").len(), 1);
}

#[tokio::test]
async fn every_room_of_the_user_is_heard_without_asking() {
    let [alice, bob] = stack().users().await;
    let rooms = [
        alice.room_with(&[&bob]).await,
        alice.private_room_with(&[&bob]).await,
        alice.direct_room(&bob).await,
    ];
    let socket = Socket::connect(&bob).await;
    for room in &rooms {
        alice.send(room, "heard").await;
        socket.expect_message(room, "heard").await;
    }
    // And those that come later.
    let later = alice.room_with(&[&bob]).await;
    alice.send(&later, "heard").await;
    socket.expect_message(&later, "heard").await;
}

#[tokio::test]
async fn with_explicit_subscription_only_joined_rooms_are_heard() {
    let [alice, bob] = stack().users().await;
    let (quiet, joined) = (alice.room_with(&[&bob]).await, alice.room_with(&[&bob]).await);
    let (explicit, all) =
        (Socket::connect_with(&bob, "subscribe=explicit").await, Socket::connect(&bob).await);
    explicit.ack(json!({"type": "join_room", "room_id": joined})).await;
    alice.send(&quiet, "not here").await;
    all.expect_message(&quiet, "not here").await;
    alice.send(&joined, "here").await;
    explicit.expect_message(&joined, "here").await;
    explicit.ack(json!({"type": "leave_room", "room_id": joined})).await;
    alice.send(&joined, "no more").await;
    all.expect_message(&joined, "no more").await;
    explicit.ack(json!({"type": "join_room", "room_id": joined})).await;
    alice.send(&joined, "fence").await;
    explicit.expect_message(&joined, "fence").await;
    let heard: Vec<Value> = explicit
        .seen(|frame| frame.kind == "message_created")
        .iter()
        .map(|frame| frame.data["message"]["content"].clone())
        .collect();
    assert_eq!(heard, ["here", "fence"]);
}

#[tokio::test]
async fn a_stranger_hears_nothing() {
    let [alice, bob, stranger] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let (inside, outside) = (Socket::connect(&bob).await, Socket::connect(&stranger).await);
    alice.send(&room, "inside").await;
    inside.expect_message(&room, "inside").await;
    let lobby = alice.room_with(&[&stranger]).await;
    alice.send(&lobby, "fence").await;
    outside.expect_message(&lobby, "fence").await;
    assert!(outside.seen(|frame| frame.data["room_id"] == room.as_str()).is_empty());
}
