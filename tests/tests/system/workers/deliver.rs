//! `deliver`: every event of a room reaches every live connection of its members.

use futures_util::future::join_all;
use parlance_tests::prelude::*;

#[tokio::test]
async fn every_device_of_every_member_gets_it_the_senders_too() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let sockets = join_all([&alice, &alice, &bob, &bob, &bob].map(Socket::connect)).await;
    let sent =
        alice.send_as(&room, json!({"content": "to all", "client_id": "from-one-device"})).await;
    for socket in &sockets {
        let event = socket.expect_message(&room, "to all").await;
        assert_eq!(event.data["message"]["id"], sent["id"]);
        assert!(
            event.data["message"]["reactions"]
                .as_array()
                .unwrap()
                .iter()
                .all(|reaction| reaction.get("me").is_none())
        );
    }
    let own = sockets[0].seen(|frame| frame.kind == "message_created");
    assert_eq!(own[0].data["message"]["client_id"], "from-one-device");
}

#[tokio::test]
async fn fifty_members_all_get_every_message_once_after_dropping_doubles() {
    let owner = stack().user().await;
    let room = owner.make_room("public", "Tea").await;
    let crowd = stack().crowd(50).await;
    join_all(crowd.iter().map(|user| user.join(&room))).await;
    let start = owner.room(&room).await["last_seq"].as_u64().unwrap();
    let sockets = join_all(crowd.iter().map(Socket::connect)).await;
    owner.send_all(&room, (0..5).map(|number| number.to_string())).await;
    for socket in &sockets {
        let mut view = RoomView::new(&room, start);
        for number in 0..5 {
            view.apply(&socket.expect_message(&room, &number.to_string()).await);
        }
        assert_eq!(view.contents(), ["0", "1", "2", "3", "4"]);
        assert_eq!(view.duplicates, 0);
    }
}

#[tokio::test]
async fn a_member_without_a_connection_stops_nobody() {
    let [alice, bob, absent] = stack().users().await;
    let room = alice.room_with(&[&bob, &absent]).await;
    let socket = Socket::connect(&bob).await;
    let lost = Socket::connect(&absent).await;
    lost.cut();
    alice.send(&room, "one").await;
    alice.send(&room, "two").await;
    socket.expect_message(&room, "one").await;
    socket.expect_message(&room, "two").await;
}

#[tokio::test]
async fn what_fits_no_frame_comes_as_a_stub() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let start = bob.room(&room).await["last_seq"].as_u64().unwrap();
    let socket = Socket::connect(&bob).await;
    let long = "😀".repeat(10_000);
    let sent = alice.send(&room, &long).await;
    let stub = socket.expect("truncated", |data| data["room_id"] == room.as_str()).await;
    shape::event(&stub);
    assert_eq!(
        (&stub.data["seq"], &stub.data["message_id"], &stub.data["event"]),
        (&sent["seq"], &sent["id"], &json!("message_created"))
    );
    let fetched = bob.message(stub.data["message_id"].as_str().unwrap()).await;
    assert_eq!(fetched["content"], long);
    assert!(socket.frames().1 <= 32 * 1024, "no event above 32 KB");
    // The answer of a resume is no event: it may be as long as the gateway carries.
    let resumed = socket.ack(json!({"type": "resume", "rooms": {&room: start}})).await;
    let mut events = resumed["events"].as_array().unwrap().iter();
    assert!(events.any(|event| event["seq"] == sent["seq"]), "{resumed:.500}");
    assert!(socket.frames().1 <= 128 * 1024);
}

#[tokio::test]
async fn the_longest_that_fits_comes_whole() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let socket = Socket::connect(&bob).await;
    let text = "x".repeat(10_000);
    alice.send(&room, &text).await;
    socket.expect_message(&room, &text).await;
}

#[tokio::test]
async fn with_batch_several_events_may_share_a_frame() {
    let bob = stack().user().await;
    let room = bob.make_room("public", "Tea").await;
    let crowd = stack().crowd(8).await;
    join_all(crowd.iter().map(|user| user.join(&room))).await;
    let start = bob.room(&room).await["last_seq"].as_u64().unwrap();
    let (batched, plain) =
        (Socket::connect_with(&bob, "batch=1").await, Socket::connect(&bob).await);
    let path = format!("/rooms/{room}/messages");
    let sends =
        (0..40).map(|number| crowd[number % 8].post(&path, json!({"content": number.to_string()})));
    for answer in join_all(sends).await {
        answer.ok(201);
    }
    for socket in [&batched, &plain] {
        let mut view = RoomView::new(&room, start);
        for number in 0..40 {
            view.apply(&socket.expect_message(&room, &number.to_string()).await);
        }
        assert_eq!(view.messages().len(), 40);
        assert!(socket.frames().1 <= 32 * 1024, "no frame above 32 KB");
    }
    assert!(
        plain.events().iter().all(|frame| frame.kind != "batch"),
        "only those who asked for it"
    );
    assert!(batched.frames().0 <= plain.frames().0);
}
