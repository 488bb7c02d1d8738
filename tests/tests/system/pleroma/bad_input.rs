//! Nothing a caller sends is answered with a failure of ours, or in another shape than Pleroma's.

use parlance_tests::pleroma::{CHATS, Client, refused};
use parlance_tests::prelude::*;

/// Bodies that are none.
fn bodies() -> Vec<Payload> {
    let raw = |kind: &'static str, bytes: &[u8]| Payload::Raw(kind, bytes.to_vec());
    vec![
        raw("application/json", b"{"),
        raw("application/json", b"\"text\""),
        raw("application/json", b"{\"content\":\"\\ud800\"}"),
        raw("application/json", b"\xff\xfe"),
        raw("application/json", "[".repeat(100_000).as_bytes()),
        raw("application/json", &vec![b' '; 300 * 1024]),
        raw("text/plain", b"content=x"),
        raw("application/xml", b"<content>x</content>"),
        raw("multipart/form-data", b"x"),
        raw("multipart/form-data; boundary=b", b"--b\r\n"),
        raw("multipart/form-data; boundary=b", b"\x00\x01\x02"),
        raw("application/x-www-form-urlencoded", b"content=%00"),
        json!({"content": 7, "media_id": {}, "last_read_id": [], "grant_type": null}).into(),
    ]
}

#[tokio::test]
async fn bodies_that_are_none_are_the_callers_mistake() {
    let (ann, _, chat) = super::pair().await;
    for path in [
        "/api/v1/apps".to_owned(),
        "/oauth/token".to_owned(),
        "/oauth/revoke".to_owned(),
        format!("{CHATS}/{chat}/messages"),
        "/api/v1/media".to_owned(),
    ] {
        for payload in bodies() {
            let answer = ann.call("POST", &path, payload).await;
            assert!((400..500).contains(&answer.status), "{}: {}", answer.what, answer.text);
            refused(&answer, answer.status, "");
        }
    }
    assert!(ann.contents(&chat, "").await.is_empty(), "nothing was stored");
}

#[tokio::test]
async fn odd_paths_and_parameters_are_too() {
    let (ann, _, chat) = super::pair().await;
    for path in [
        format!("{CHATS}/%00"),
        format!("{CHATS}/{}", "9".repeat(4_000)),
        format!("{CHATS}/..%2f..%2fetc"),
        format!("{CHATS}/{chat}/messages?limit=-1"),
        format!("{CHATS}/{chat}/messages?limit=99999999999999999999"),
        format!("{CHATS}/{chat}/messages?max_id=%F0%9F%92%A5"),
        format!("{CHATS}/{chat}/messages?max_id={chat}-999999999999999999999999"),
        "/api/v1/accounts/search?q=%00".to_owned(),
        format!("/api/v1/accounts/search?q={}", "x".repeat(500)),
        "/api/v1/notifications?types[]=,,,&limit=2".to_owned(),
        "/api/v1/media/%2e%2e".to_owned(),
    ] {
        let answer = ann.get(&path).await;
        assert!(answer.status < 500, "{}: {} {}", answer.what, answer.status, answer.text);
        assert!(answer.status == 200 || answer.json["error"].is_string(), "{}", answer.text);
    }
}

#[tokio::test]
async fn tokens_that_are_none() {
    let user = stack().user().await;
    let client = Client::of(&user).await;
    let long = "x".repeat(5_000);
    let cut = &client.token[..client.token.len() - 3];
    for token in ["", "x", "x.y.z", cut, &user.token, &long, &client.refresh_token] {
        let answer = user.api.call("GET", CHATS, Some(token), Payload::None).await;
        refused(&answer, 403, "Invalid credentials.");
    }
}
