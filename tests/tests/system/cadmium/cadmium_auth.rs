//! `urn:cadmium:auth`.

use parlance_tests::cadmium::{Cadmium, GENERAL, MESSAGE, SERVER, assert_refused, entity, members};
use parlance_tests::prelude::*;

const AUTH: &str = "urn:cadmium:auth";

fn by_password(kind: &str, user: &User) -> Value {
    json!({"type": kind, "fields": {"username": user.name, "password": PASSWORD}})
}

fn by_token(token: &str) -> Value {
    json!({"type": "urn:cadmium:auth:token", "fields": {"token": token}})
}

#[tokio::test]
async fn a_session_is_authenticated_by_password_and_by_token() {
    let [juliet, romeo] = stack().users().await;
    for kind in ["urn:cadmium:auth:login_password", "urn:cadmium:auth:simple"] {
        let client = Cadmium::open(stack()).await;
        let text = json!({"type": GENERAL, "content": {"text": "hello"}});
        client.no(MESSAGE, json!([entity(&romeo)]), text, "unauthorized").await;
        let answer = client.yes(AUTH, json!([SERVER]), by_password(kind, &juliet)).await;
        assert_eq!(members(&answer), ["deviceID", "token"]);
        client.say(&romeo, "hello").await;
        let other = Cadmium::open(stack()).await;
        let token = answer["token"].as_str().unwrap();
        assert_eq!(other.yes(AUTH, json!(SERVER), by_token(token)).await, json!({}));
        other.say(&romeo, "hello").await;
    }
}

#[tokio::test]
async fn what_is_not_right_is_invalid() {
    let user = stack().user().await;
    let client = Cadmium::open(stack()).await;
    let wrong = json!({"type": "urn:cadmium:auth:login_password", "fields": {"username": user.name, "password": "wrong wrong"}});
    client.no(AUTH, json!(SERVER), wrong, "urn:cadmium:auth:invalid").await;
    for token in ["", "x", "a.b.c", user.token.as_str()] {
        client.no(AUTH, json!(SERVER), by_token(token), "urn:cadmium:auth:invalid").await;
    }
    let other = json!({"type": "urn:cadmium:auth:smoke", "fields": {}});
    client.no(AUTH, json!(SERVER), other, "urn:cadmium:auth:invalid_type").await;
    for payload in [
        json!({}),
        json!({"type": "urn:cadmium:auth:token"}),
        json!({"type": "urn:cadmium:auth:token", "fields": {}}),
        json!({"type": "urn:cadmium:auth:token", "fields": {"token": 7}}),
        json!({"type": "urn:cadmium:auth:login_password", "fields": {"username": user.name}}),
        json!({"type": 7, "fields": {}}),
    ] {
        client.no(AUTH, json!(SERVER), payload, "parseError").await;
    }
}

#[tokio::test]
async fn a_connection_belongs_to_whom_it_named_last() {
    let [juliet, nurse, romeo] = stack().users().await;
    let client = Cadmium::of(stack(), &juliet).await;
    let (other, token) = Cadmium::login(stack(), &nurse).await;
    drop(other);
    client.yes(AUTH, json!(SERVER), by_token(&token)).await;
    let room = romeo.direct_room(&juliet).await;
    let nurses = romeo.direct_room(&nurse).await;
    romeo.send(&room, "for juliet").await;
    romeo.send(&nurses, "for the nurse").await;
    client.text("for the nurse").await;
    assert!(!client.texts().contains(&"for juliet".to_owned()), "{:?}", client.texts());
    client.say(&romeo, "from the nurse").await;
    let page = romeo.page(&nurses, "limit=1").await;
    assert_eq!(page["messages"][0]["sender"]["id"], nurse.id.as_str());
}

#[tokio::test]
async fn a_session_that_has_ended_is_no_session() {
    let [juliet, romeo] = stack().users().await;
    let (client, token) = Cadmium::login(stack(), &juliet).await;
    client.say(&romeo, "hello").await;
    let sessions = juliet.get("/auth/sessions").await.ok(200);
    let theirs =
        sessions["sessions"].as_array().unwrap().iter().find(|s| s["current"] == false).unwrap();
    juliet.delete(&format!("/auth/sessions/{}", theirs["id"].as_str().unwrap())).await.ok(200);
    client.expect_closed().await;
    let again = Cadmium::open(stack()).await;
    again.no(AUTH, json!(SERVER), by_token(&token), "urn:cadmium:auth:invalid").await;
    let text = json!({"type": GENERAL, "content": {"text": "hello"}});
    let frame =
        json!({"type": MESSAGE, "to": [entity(&romeo)], "authToken": token, "payload": text});
    assert_refused(&again.ask(frame).await, "unauthorized");
}
