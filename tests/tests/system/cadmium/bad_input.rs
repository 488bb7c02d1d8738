//! Nothing that a caller sends makes a function fail: each type, each part of the envelope, each wrong kind
//! of value.

use parlance_tests::cadmium::{Cadmium, GENERAL, MESSAGE, READ, TYPING, entity};
use parlance_tests::prelude::*;

const KINDS: [&str; 13] = [
    "profile:register",
    "urn:cadmium:profile:register",
    "urn:cadmium:register",
    "profile:login",
    "urn:cadmium:profile:login",
    "urn:cadmium:auth",
    "urn:cadmium:connection:open",
    MESSAGE,
    READ,
    TYPING,
    "urn:cadmium:chats:message",
    "urn:cadmium:chats:read",
    "urn:cadmium:chats:typing",
];

fn odd() -> Vec<Value> {
    vec![
        Value::Null,
        json!(true),
        json!(0),
        json!(-1.5e300),
        json!(18_446_744_073_709_551_615_u64),
        json!(""),
        json!("\u{0}\u{202e}😀"),
        json!("x".repeat(2_000)),
        json!([]),
        json!([null, [], {}]),
        json!({}),
        json!({"": {"": null}}),
    ]
}

#[tokio::test]
async fn every_type_refuses_every_odd_value_in_its_own_words() {
    let [user, peer] = stack().users().await;
    let (signed_in, _) = Cadmium::login(stack(), &user).await;
    let anonymous = Cadmium::open(stack()).await;
    for kind in KINDS {
        for value in odd() {
            for (client, name) in [
                (&signed_in, "payload"),
                (&anonymous, "payload"),
                (&signed_in, "to"),
                (&anonymous, "authToken"),
            ] {
                let mut frame = json!({"type": kind, "to": [entity(&peer)], "payload": {"type": GENERAL, "content": {"text": "x"}}});
                frame[name] = value.clone();
                let answer = client.ask(frame).await;
                assert!(
                    answer["ok"].is_boolean() && answer["type"] == kind,
                    "{kind} {name} {value}: {answer}"
                );
                let error = answer["payload"]["errID"].as_str().unwrap_or_default();
                assert_ne!(error, "internal-server-error", "{kind} {name} {value}: {answer}");
                assert_eq!(
                    answer["ok"] == true,
                    error.is_empty(),
                    "{kind} {name} {value}: {answer}"
                );
            }
        }
    }
    signed_in.ping().await;
    anonymous.ping().await;
}

#[tokio::test]
async fn odd_ids_come_back_as_texts_or_not_at_all() {
    let client = Cadmium::open(stack()).await;
    for id in odd() {
        client.send_text(json!({"id": id, "type": "nonsense"}).to_string()).await;
        let answer = client.expect(|frame| frame["ok"] == false).await;
        let short = id.as_str().filter(|text| text.len() <= 256).unwrap_or_default();
        assert_eq!(answer["id"], short, "{id}");
    }
}

#[tokio::test]
async fn markup_is_text() {
    let [user, peer] = stack().users().await;
    let client = Cadmium::of(stack(), &user).await;
    let theirs = Cadmium::of(stack(), &peer).await;
    let text = "<script>alert(1)</script> & \"quotes\" \\ \u{2028} end";
    client.say(&peer, text).await;
    theirs.text(text).await;
    let room = user.direct_room(&peer).await;
    let html =
        user.page(&room, "").await["messages"][0]["content_html"].as_str().unwrap().to_owned();
    assert!(!html.contains("<script"), "{html}");
}
