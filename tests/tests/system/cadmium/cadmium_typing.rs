//! `urn:cadmium:chats:private:typing`: one second there, five seconds here.

use parlance_tests::cadmium::{Cadmium, SERVER, TYPING, entity, members};
use parlance_tests::prelude::*;

/// The published exchange, with the type that the document meant.
#[tokio::test]
async fn the_published_exchange_field_by_field() {
    let [typist, viewer] = stack().users().await;
    let typing = Cadmium::of(stack(), &typist).await;
    let viewing = Cadmium::of(stack(), &viewer).await;
    typing.say(&viewer, "hello").await;
    viewing.text("hello").await;
    let frame = json!({"id": "abcd", "type": TYPING, "to": [entity(&viewer)], "payload": {}});
    typing.send_text(frame.to_string()).await;
    let answer = typing.expect(|frame| frame["id"] == "abcd").await;
    assert_eq!(
        answer,
        json!({"id": "abcd", "type": TYPING, "from": SERVER, "ok": true, "payload": {}})
    );
    let push = viewing.push(TYPING, |_| true).await;
    assert_eq!(members(&push), ["from", "id", "ok", "payload", "type"]);
    assert_eq!(
        (&push["from"], &push["ok"], &push["payload"]),
        (&json!(entity(&typist)), &json!(true), &json!({}))
    );
    assert!(typing.frames().iter().all(|f| f["type"] != TYPING || f["id"] == "abcd"), "no echo");
}

#[tokio::test]
async fn one_start_of_ours_is_five_of_theirs_unless_it_ends() {
    let [web, cadmium] = stack().users().await;
    let client = Cadmium::of(stack(), &cadmium).await;
    let socket = Socket::connect(&web).await;
    let room = web.direct_room(&cadmium).await;
    web.send(&room, "hello").await;
    client.text("hello").await;
    socket.ack(json!({"type": "typing_start", "room_id": room})).await;
    for _ in 0..5 {
        let push = client.push(TYPING, |_| true).await;
        assert_eq!(push["from"], entity(&web));
    }
    // What is ended is not repeated: after the fence there is none left over of the first, and one of this.
    socket.ack(json!({"type": "typing_start", "room_id": room})).await;
    client.push(TYPING, |_| true).await;
    socket.ack(json!({"type": "typing_stop", "room_id": room})).await;
    let seen = || client.frames().iter().filter(|frame| frame["type"] == TYPING).count();
    let before = seen();
    let other = stack().user().await;
    // Five seconds of another chat are the fence: its repetitions were queued after those that must not come.
    let theirs = other.direct_room(&cadmium).await;
    let their_socket = Socket::connect(&other).await;
    their_socket.ack(json!({"type": "typing_start", "room_id": theirs})).await;
    for _ in 0..5 {
        client.push(TYPING, |_| true).await;
    }
    // One that was under way when it ended may have come.
    assert!(seen() - before <= 6, "{} frames", seen() - before);
}

#[tokio::test]
async fn each_of_their_frames_refreshes_our_five_seconds_and_a_message_ends_them() {
    let [cadmium, web] = stack().users().await;
    let client = Cadmium::of(stack(), &cadmium).await;
    let room = web.direct_room(&cadmium).await;
    let socket = Socket::connect(&web).await;
    for kind in [TYPING, "urn:cadmium:chats:typing"] {
        client.yes(kind, json!([entity(&web)]), json!({})).await;
    }
    let event = socket
        .expect("user_typing", |data| data["room_id"] == room && data["typing"] == true)
        .await;
    assert_eq!(
        (&event.data["user_id"], &event.data["expires_in_ms"]),
        (&json!(cadmium.id), &json!(5_000))
    );
    client.say(&web, "done").await;
    socket.expect_message(&room, "done").await;
}

#[tokio::test]
async fn nobody_hears_it_who_must_not() {
    let [typist, other] = stack().users().await;
    let client = Cadmium::of(stack(), &typist).await;
    // No room yet: nothing happens, and none is opened.
    client.yes(TYPING, json!([entity(&other)]), json!({})).await;
    assert_eq!(typist.get("/rooms").await.ok(200)["rooms"], json!([]));
    client.say(&other, "hello").await;
    other.call("PUT", &format!("/users/{}/block", typist.id), Payload::None).await.ok(200);
    client.no(TYPING, json!([entity(&other)]), json!({}), "banned").await;
    let kind = "urn:cadmium:chats:typing";
    client.no(kind, json!([entity(&other)]), json!({}), "urn:cadmium:chats:private:banned").await;
    client.no(TYPING, json!([]), json!({}), "invalid_recipient").await;
    client.no(TYPING, json!(["@nobody_here_at_all@localhost"]), json!({}), "unknown_user").await;
    client.no(TYPING, json!([entity(&other)]), json!([]), "parseError").await;
    let nobody = Cadmium::open(stack()).await;
    nobody.no(TYPING, json!([entity(&other)]), json!({}), "unauthorized").await;
}

#[tokio::test]
async fn too_much_of_it_has_to_wait() {
    let [typist, other] = limited().users().await;
    let client = Cadmium::of(limited(), &typist).await;
    client.say(&other, "hello").await;
    for _ in 0..60 {
        client.yes(TYPING, json!([entity(&other)]), json!({})).await;
    }
    let refused = client.no(TYPING, json!([entity(&other)]), json!({}), "ratelimit_exceed").await;
    assert!(refused["errPayload"]["retryAfter"].as_u64().is_some_and(|ms| ms > 0), "{refused}");
}
