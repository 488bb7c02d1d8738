//! `$disconnect`

use parlance_tests::prelude::*;

#[tokio::test]
async fn one_device_less_leaves_the_others() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let (closing, staying) = (Socket::connect(&bob).await, Socket::connect(&bob).await);
    closing.close().await;
    alice.send(&room, "one").await;
    staying.expect_message(&room, "one").await;
    let back = Socket::connect(&bob).await;
    alice.send(&room, "two").await;
    back.expect_message(&room, "two").await;
    staying.expect_message(&room, "two").await;
    assert!(closing.seen(|frame| frame.kind == "message_created").is_empty());
}

#[tokio::test]
async fn many_comings_and_goings_leave_a_working_connection() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    for number in 0..10 {
        let socket = Socket::connect(&bob).await;
        let text = number.to_string();
        alice.send(&room, &text).await;
        socket.expect_message(&room, &text).await;
        if number % 2 == 0 { socket.close().await } else { socket.cut() }
    }
}

#[tokio::test]
async fn the_gateway_cuts_old_sockets_and_a_resume_goes_on_from_there() {
    let stack = Stack::start(Options::new().roomy().arg("--socket-max-age").arg("1"));
    let [alice, bob] = stack.users().await;
    let room = alice.room_with(&[&bob]).await;
    let mut view = RoomView::new(&room, bob.room(&room).await["last_seq"].as_u64().unwrap());
    for round in 0..2 {
        let socket = Socket::connect(&bob).await;
        assert!(view.heal(&socket, parlance_tests::DEADLINE).await);
        socket.expect_closed().await;
        alice.send(&room, &format!("missed {round}")).await;
    }
    let socket = Socket::connect(&bob).await;
    assert!(view.heal(&socket, parlance_tests::DEADLINE).await);
    assert_eq!(view.contents(), ["missed 0", "missed 1"]);
}

#[tokio::test]
async fn typing_ends_with_the_connection() {
    let [alice, bob] = stack().users().await;
    let rooms = [alice.room_with(&[&bob]).await, alice.room_with(&[&bob]).await];
    let theirs = Socket::connect(&bob).await;
    let typing = async |room: &str, on: bool| {
        theirs.expect("user_typing", |d| d["room_id"] == room && d["typing"] == on).await
    };
    for (room, properly) in rooms.iter().zip([true, false]) {
        let mine = Socket::connect(&alice).await;
        mine.ack(json!({"type": "typing_start", "room_id": room})).await;
        typing(room, true).await;
        if properly {
            mine.close().await
        } else {
            mine.cut()
        }
        let ended = typing(room, false).await;
        shape::event(&ended);
        assert_eq!(ended.data["user_id"], alice.id.as_str());
        assert_eq!(ended.data["expires_in_ms"], 0);
    }
}
