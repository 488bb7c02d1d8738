//! `$default`: frames that are none, and types that nobody knows.

use parlance_tests::cadmium::{Cadmium, SERVER, assert_refused, members};
use parlance_tests::prelude::*;

#[tokio::test]
async fn an_unknown_type_is_unhandled_and_the_connection_stays() {
    let client = Cadmium::open(stack()).await;
    for kind in
        ["nonsense", "urn:cadmium:chats:private:edit", "$connect", "$default", "profile:Login", ""]
    {
        let answer = client.ask(json!({"type": kind, "to": [SERVER], "payload": {}})).await;
        assert_refused(&answer, "unhandled");
        assert_eq!(answer["type"], kind);
        assert_eq!(members(&answer), ["from", "id", "ok", "payload", "type"]);
        assert_eq!(members(&answer["payload"]), ["errID", "errText"]);
    }
    for _ in 0..20 {
        client.ping().await;
    }
}

#[tokio::test]
async fn what_is_no_frame_is_a_parse_error() {
    let client = Cadmium::open(stack()).await;
    for text in [
        "",
        "hello",
        "{",
        "[]",
        "null",
        "7",
        "\"text\"",
        "{}",
        r#"{"id": "abcd", "type": "profile:login", "payload": {"username": "juliet",},}"#,
        r#"{"type": 7}"#,
        r#"{"type": null}"#,
        r#"{"type": ["profile:login"]}"#,
        "{\"type\": \"\\ud800\"}",
        "\u{feff}{}",
    ] {
        client.send_text(text).await;
        let answer = client.expect(|frame| frame["ok"] == false).await;
        assert_refused(&answer, "parseError");
    }
    let deep =
        format!("{{\"type\":\"x\",\"payload\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
    client.send_text(deep).await;
    assert_refused(&client.expect(|frame| frame["ok"] == false).await, "parseError");
    client
        .send_binary(json!({"id": "abcd", "type": "profile:login"}).to_string().into_bytes())
        .await;
    assert_refused(&client.expect(|frame| frame["ok"] == false).await, "parseError");
    client.send_binary(vec![0, 159, 146, 150]).await;
    assert_refused(&client.expect(|frame| frame["ok"] == false).await, "parseError");
    client.ping().await;
}

#[tokio::test]
async fn a_frame_that_is_too_large_ends_the_connection_as_api_gateway_does() {
    let client = Cadmium::open(stack()).await;
    client.send_text(json!({"type": "x", "payload": "x".repeat(33 * 1024)}).to_string()).await;
    let code = client.expect_closed().await;
    assert!(code.is_none_or(|code| code == 1009), "{code:?}");
    let client = Cadmium::open(stack()).await;
    let answer = client.ask(json!({"type": "x", "payload": "x".repeat(31 * 1024)})).await;
    assert_refused(&answer, "unhandled");
}
