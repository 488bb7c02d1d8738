//! `$default` of `/api/v1/streaming`

use parlance_tests::pleroma::Client;
use parlance_tests::prelude::*;

#[tokio::test]
async fn streams_begin_and_end() {
    let (ann, bob, chat) = super::pair().await;
    let live = bob.live("").await;
    let success = |kind: &str| json!({"type": kind, "result": "success"});
    assert_eq!(live.follow("subscribe", "user:pleroma_chat").await, success("subscribe"));
    assert_eq!(live.follow("subscribe", "user:pleroma_chat").await, success("subscribe"), "again");
    ann.send(&chat, "one").await;
    let update = live.update("one").await;
    assert_eq!(update["stream"], json!(["user:pleroma_chat"]));
    assert_eq!(live.follow("unsubscribe", "user:pleroma_chat").await, success("unsubscribe"));
    ann.send(&chat, "two").await;
    assert_eq!(live.follow("subscribe", "user").await, success("subscribe"));
    ann.send(&chat, "three").await;
    assert_eq!(live.update("three").await["stream"], json!(["user"]));
    let two = live.seen().into_iter().any(|f| f["payload"]["last_message"]["content"] == "two");
    assert!(!two, "nobody listened");
}

#[tokio::test]
async fn what_is_no_stream_and_no_frame_is_answered_and_ends_in_a_hang_up() {
    let user = stack().user().await;
    let live = Client::of(&user).await.live("").await;
    let answer = live.follow("subscribe", "nonsense").await;
    assert_eq!(answer, json!({"type": "subscribe", "result": "error", "error": "bad_topic"}));
    assert_eq!(live.follow("subscribe", "public").await["result"], "success");
    assert_eq!(live.follow("pleroma:authenticate", "").await["error"], "already_authenticated");
    live.say("ping").await;
    let unknown = live.expect(|frame| frame["payload"]["error"] == "bad_request").await;
    assert_eq!(unknown["payload"]["type"], "unknown");
    for text in ["", "{", "[]", "null", "{\"type\":\"dance\"}", "{\"type\":7}", "\u{0}"] {
        live.say(text).await;
    }
    for _ in 0..3 {
        live.say("still nothing").await;
    }
    live.closed().await;
}

#[tokio::test]
async fn a_session_that_has_ended_has_no_socket() {
    let user = stack().user().await;
    let client = Client::of(&user).await;
    let live = client.live("").await;
    let sessions = user.get("/auth/sessions").await.ok(200);
    let other = sessions["sessions"].as_array().unwrap().iter().find(|one| one["current"] == false);
    let id = other.unwrap()["id"].as_str().unwrap();
    user.delete(&format!("/auth/sessions/{id}")).await.ok(200);
    live.closed().await;
}
