//! `send_message`

use parlance_tests::prelude::*;

fn frame(room: &str, content: &str) -> Value {
    json!({"type": "send_message", "room_id": room, "content": content})
}

#[tokio::test]
async fn the_answer_is_the_message_as_rest_gives_it() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let (mine, theirs) = (Socket::connect(&alice).await, Socket::connect(&bob).await);
    let data = mine.ack(frame(&room, " Hello 😀\r\n ")).await;
    assert_eq!(data["replayed"], false);
    let message = &data["message"];
    shape::message(message);
    assert_eq!(
        (&message["content"], &message["sender"]["id"], &message["room_id"]),
        (&json!("Hello 😀"), &json!(alice.id), &json!(room))
    );
    for socket in [&mine, &theirs] {
        let event = socket.expect_message(&room, "Hello 😀").await;
        assert_eq!(
            (&event.data["message"]["id"], &event.data["seq"]),
            (&message["id"], &message["seq"])
        );
    }
    let stored = bob.message(message["id"].as_str().unwrap()).await;
    for member in ["id", "seq", "content", "created_at", "sender"] {
        assert_eq!(stored[member], message[member]);
    }
}

#[tokio::test]
async fn flat_and_enveloped_are_the_same() {
    let user = stack().user().await;
    let room = user.make_room("public", "Tea").await;
    let socket = Socket::connect(&user).await;
    socket.ack(frame(&room, "flat")).await;
    socket
        .ack(json!({"type": "send_message", "data": {"room_id": room, "content": "enveloped"}}))
        .await;
    assert_eq!(contents(&user.page(&room, "").await), ["enveloped", "flat"]);
}

#[tokio::test]
async fn replies_and_keys_work_as_over_rest() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let root = bob.send(&room, "root").await["id"].clone();
    let socket = Socket::connect(&alice).await;
    let mut body = frame(&room, "reply");
    body["parent_id"] = root.clone();
    body["client_id"] = json!(username());
    let first = socket.ack(body.clone()).await;
    assert_eq!(
        (&first["message"]["parent_message_id"], &first["message"]["client_id"]),
        (&root, &body["client_id"])
    );
    let again = socket.ack(body.clone()).await;
    assert_eq!(
        (&again["replayed"], &again["message"]["id"]),
        (&json!(true), &first["message"]["id"])
    );
    body["content"] = json!("something else");
    socket.refused(body.clone(), &["idempotency_conflict"]).await;
    let rest = json!({"content": "reply", "parent_id": root, "client_id": body["client_id"]});
    let by_rest = alice.post(&format!("/rooms/{room}/messages"), rest).await;
    assert_eq!(by_rest.ok(200)["id"], first["message"]["id"]);
    assert_eq!(contents(&alice.page(&room, "").await), ["reply", "root"]);
}

#[tokio::test]
async fn what_rest_refuses_is_refused_with_the_same_code() {
    let [owner, stranger] = stack().users().await;
    let room = owner.make_room("public", "Tea").await;
    let (inside, outside) = (Socket::connect(&owner).await, Socket::connect(&stranger).await);
    outside.refused(frame(&room, "c"), &["not_a_member"]).await;
    inside.refused(frame("0199aaaa-0000-7000-8000-000000000000", "c"), &["not_found"]).await;
    inside.refused(frame("nonsense", "c"), &["not_found", "validation_failed"]).await;
    for content in ["", "  ", &"x".repeat(10_001)] {
        let error = inside.refused(frame(&room, content), &["validation_failed"]).await;
        assert_eq!(error["errors"][0]["pointer"], "/content", "{error}");
    }
    inside.refused(json!({"type": "send_message", "room_id": room}), &["validation_failed"]).await;
    inside.refused(json!({"type": "send_message", "content": "c"}), &["validation_failed"]).await;
    inside.refused(json!({"type": "send_message", "room_id": room, "content": "c", "parent_id": "nonsense"}), &["validation_failed", "not_found"]).await;
    assert_eq!(owner.page(&room, "").await["messages"], json!([]));
    inside.ping().await;
}

#[tokio::test]
async fn a_frame_of_almost_32_kb_is_taken() {
    let user = stack().user().await;
    let room = user.make_room("public", "Tea").await;
    let socket = Socket::connect(&user).await;
    let text = "😀".repeat(8_000);
    let body = frame(&room, &text);
    assert!((32_000..32_700).contains(&body.to_string().len()));
    assert_eq!(socket.ack(body).await["message"]["content"].as_str().map(str::len), Some(32_000));
}

#[tokio::test]
async fn many_frames_in_flight_are_all_answered() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let socket = Socket::connect(&alice).await;
    let mut acked = vec![];
    for round in 0..5 {
        let sends = (0..6).map(|number| socket.ack(frame(&room, &format!("{round}.{number}"))));
        acked.extend(futures_util::future::join_all(sends).await);
    }
    let mut expected: Vec<(u64, String)> = acked
        .iter()
        .map(|data| {
            (
                data["message"]["seq"].as_u64().unwrap(),
                data["message"]["content"].as_str().unwrap().to_owned(),
            )
        })
        .collect();
    expected.sort();
    let stored: Vec<(u64, String)> = bob
        .history(&room, 100)
        .await
        .iter()
        .rev()
        .map(|message| {
            (message["seq"].as_u64().unwrap(), message["content"].as_str().unwrap().to_owned())
        })
        .collect();
    assert_eq!(stored, expected);
}
