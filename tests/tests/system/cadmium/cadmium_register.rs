//! `profile:register`.

use parlance_tests::cadmium::{Cadmium, GENERAL, MESSAGE, SERVER, entity, members};
use parlance_tests::prelude::*;

fn payload(name: &str) -> Value {
    json!({"username": name, "thirdPIDs": [], "password": PASSWORD, "loginOnSuccess": false})
}

/// The published example: a name and a password, not signed in by it.
#[tokio::test]
async fn an_account_is_made_and_can_sign_in_everywhere() {
    for kind in ["profile:register", "urn:cadmium:profile:register", "urn:cadmium:register"] {
        let (client, name) = (Cadmium::open(stack()).await, username());
        let answer =
            client.ask(json!({"type": kind, "to": SERVER, "payload": payload(&name)})).await;
        assert_eq!(members(&answer), ["from", "id", "ok", "payload", "type"]);
        assert_eq!(
            (&answer["type"], &answer["from"], &answer["ok"]),
            (&json!(kind), &json!(SERVER), &json!(true))
        );
        assert_eq!(
            answer["payload"],
            json!({"userID": format!("@{}@{SERVER}", name.to_lowercase())})
        );
        // Not signed in: neither this connection nor a session that nobody holds.
        let stranger = stack().user().await;
        let text = json!({"type": GENERAL, "content": {"text": "hello"}});
        client.no(MESSAGE, json!([entity(&stranger)]), text, "unauthorized").await;
        let body = json!({"username": name, "password": PASSWORD});
        let session = stack().api().call("POST", "/auth/login", None, body).await.ok(200);
        let user = User::of(stack().api(), stack().ws(), &session);
        let sessions = user.get("/auth/sessions").await.ok(200);
        assert_eq!(sessions["sessions"].as_array().unwrap().len(), 1, "{sessions}");
    }
}

#[tokio::test]
async fn one_may_be_signed_in_by_it() {
    let (client, name) = (Cadmium::open(stack()).await, username());
    let stranger = stack().user().await;
    let mut asked = payload(&name);
    asked["loginOnSuccess"] = json!(true);
    let made = client.yes("profile:register", json!([SERVER]), asked).await;
    assert_eq!(members(&made), ["loginPayload", "userID"]);
    assert_eq!(members(&made["loginPayload"]), ["authToken", "deviceID"]);
    let text = json!({"type": GENERAL, "content": {"text": "hello"}});
    client.yes(MESSAGE, json!([entity(&stranger)]), text).await;
}

#[tokio::test]
async fn a_name_is_taken_once_and_later_types_have_later_ids() {
    let (client, user) = (Cadmium::open(stack()).await, stack().user().await);
    for name in [user.name.clone(), user.name.to_uppercase()] {
        let refused =
            client.no("profile:register", json!(SERVER), payload(&name), "id_exists").await;
        assert_eq!(members(&refused), ["errID", "errText"]);
        let kind = "urn:cadmium:profile:register";
        client.no(kind, json!(SERVER), payload(&name), "urn:cadmium:id_exists").await;
    }
}

#[tokio::test]
async fn what_cannot_be_kept_is_refused() {
    let client = Cadmium::open(stack()).await;
    let third = json!([{"type": "email", "value": "juliet@capulett.com"}]);
    let kind = "profile:register";
    let with = |name: &str, value: Value| {
        let mut asked = payload(&username());
        asked[name] = value;
        asked
    };
    let no = async |asked: Value, error: &str| client.no(kind, json!(SERVER), asked, error).await;
    no(with("thirdPIDs", third), "third_pid_unsupported").await;
    for (name, value) in [
        ("username", json!("a.b")),
        ("username", json!("ab")),
        ("username", json!("admin")),
        ("password", json!("romeo1")),
    ] {
        let refused = no(with(name, value), "invalid_payload").await;
        assert_eq!(refused["errPayload"], json!({"field": name}));
    }
    no(with("username", Value::Null), "invalid_payload").await;
    for (name, value) in [
        ("username", json!(7)),
        ("password", Value::Null),
        ("loginOnSuccess", json!("yes")),
        ("thirdPIDs", json!({})),
    ] {
        no(with(name, value), "parseError").await;
    }
}

#[tokio::test]
async fn the_operator_may_close_it() {
    let stack = Stack::start(Options::new().param("Registration", "closed"));
    let client = Cadmium::open(&stack).await;
    client.no("profile:register", json!(SERVER), payload("juliet"), "reg_disabled").await;
    let kind = "urn:cadmium:register";
    client.no(kind, json!(SERVER), payload("juliet"), "urn:cadmium:reg_disabled").await;
}
