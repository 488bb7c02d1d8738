//! `POST /api/v1/pleroma/chats/{chat_id}/messages`

use parlance_tests::files::{form, png};
use parlance_tests::pleroma::{CHATS, Client, refused};
use parlance_tests::prelude::*;

#[tokio::test]
async fn in_any_kind_of_body_and_heard_by_our_own_app() {
    let (ann, bob, chat) = super::pair().await;
    let socket = Socket::connect(&bob.user).await;
    let path = format!("{CHATS}/{chat}/messages");
    let sent = ann.send(&chat, "by JSON").await;
    super::message(&sent, &chat, &ann, "by JSON");
    assert_eq!(sent["unread"], false);
    assert!(sent.get("idempotency_key").is_none());
    socket.expect_message(&chat, "by JSON").await;
    let url = Payload::Raw("application/x-www-form-urlencoded", b"content=by+form".to_vec());
    assert_eq!(ann.call("POST", &path, url).await.ok(200)["content"], "by form");
    let part =
        "--b\r\nContent-Disposition: form-data; name=\"content\"\r\n\r\nby parts\r\n--b--\r\n";
    let parts = Payload::Raw("multipart/form-data; boundary=b", part.into());
    assert_eq!(ann.call("POST", &path, parts).await.ok(200)["content"], "by parts");
    assert_eq!(contents(&bob.user.page(&chat, "").await).len(), 3);
}

#[tokio::test]
async fn a_file_goes_with_it_or_alone() {
    let (ann, bob, chat) = super::pair().await;
    let path = format!("{CHATS}/{chat}/messages");
    let media = form(Some("a.png"), Some("image/png"), &png(500, 20));
    let media = ann.call("POST", "/api/v1/media", media).await.ok(200);
    let sent = ann.post(&path, json!({"media_id": media["id"]})).await.ok(200);
    assert_eq!((&sent["content"], &sent["attachment"]["id"]), (&Value::Null, &media["id"]));
    assert_eq!(sent["attachment"]["meta"]["original"]["width"], 500);
    let seen = bob.get(&path).await.ok(200)[0]["attachment"].clone();
    assert_eq!(seen["pleroma"]["status"], "clean");
    for address in ["url", "preview_url"] {
        let answer = reqwest::get(seen[address].as_str().unwrap()).await.unwrap();
        assert_eq!(answer.status(), 200, "{address}");
    }
    // A file is sent once, by whoever uploaded it.
    refused(&ann.post(&path, json!({"media_id": media["id"]})).await, 400, "media_id ");
    refused(&bob.post(&path, json!({"media_id": media["id"]})).await, 400, "media_id ");
    refused(&ann.post(&path, json!({"media_id": "1"})).await, 400, "media_id ");
}

#[tokio::test]
async fn a_key_is_one_message_per_person_and_chat() {
    let (ann, bob, chat) = super::pair().await;
    let [carol] = stack().users().await;
    let elsewhere = ann.chat(&carol).await;
    let send = async |client: &Client, chat: &str, key: &str, content: &str| {
        let headers = [("idempotency-key", key)];
        let path = format!("{CHATS}/{chat}/messages");
        client.call_with("POST", &path, &headers, json!({"content": content})).await
    };
    for key in ["k-1", "a key with / and spaces"] {
        let first = send(&ann, &chat, key, "once").await;
        assert!(first.header("idempotent-replayed").is_none());
        let first = first.ok(200);
        assert_eq!(first["idempotency_key"], key);
        let again = send(&ann, &chat, key, "once").await;
        assert_eq!(again.header("idempotent-replayed"), Some("true"));
        assert_eq!(again.header("idempotency-key"), Some(key));
        assert_eq!(again.ok(200), first);
        refused(&send(&ann, &chat, key, "else").await, 409, "this key was used");
        assert_ne!(send(&bob, &chat, key, "once").await.ok(200)["id"], first["id"]);
        assert_ne!(send(&ann, &elsewhere, key, "once").await.ok(200)["id"], first["id"]);
    }
    // One client sends its content type as the key of everything.
    for content in ["a", "b"] {
        assert_eq!(
            send(&ann, &chat, "application/json", content).await.ok(200)["content"],
            content
        );
    }
    assert_eq!(ann.contents(&chat, "").await.len(), 6);
}

#[tokio::test]
async fn what_cannot_be_sent() {
    let (ann, bob, chat) = super::pair().await;
    let path = format!("{CHATS}/{chat}/messages");
    for (body, error) in [
        (json!({}), "no_content"),
        (json!({"content": " \n"}), "no_content"),
        (json!({"content": null, "media_id": ""}), "no_content"),
        (json!({"content": "x".repeat(10_001)}), "content_too_long"),
        (json!({"content": "a\u{0}b"}), "content must not"),
        (json!({"content": ["x"]}), "content "),
    ] {
        refused(&ann.post(&path, body).await, 400, error);
    }
    refused(&ann.poke(&path).await, 400, "no_content");
    ann.send(&chat, &"é".repeat(10_000)).await;
    let room = ann.user.make_room("private", "No chat").await;
    let answer = ann.post(&format!("{CHATS}/{room}/messages"), json!({"content": "x"})).await;
    refused(&answer, 404, "Record not found");
    bob.user.call("PUT", &format!("/users/{}/block", ann.id()), Payload::None).await.ok(200);
    refused(&ann.post(&path, json!({"content": "x"})).await, 403, "this user cannot be reached");
    refused(&bob.post(&path, json!({"content": "x"})).await, 403, "you have blocked this user");
}
