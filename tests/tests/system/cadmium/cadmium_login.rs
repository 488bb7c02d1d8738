//! `profile:login`.

use parlance_tests::cadmium::{Cadmium, GENERAL, MESSAGE, SERVER, assert_refused, entity, members};
use parlance_tests::prelude::*;

#[tokio::test]
async fn a_name_and_a_password_are_worth_a_token_and_a_device() {
    let [juliet, romeo] = stack().users().await;
    for kind in ["profile:login", "urn:cadmium:profile:login"] {
        let client = Cadmium::open(stack()).await;
        let payload = json!({"username": juliet.name.to_uppercase(), "password": PASSWORD});
        let answer = client.ask(json!({"type": kind, "to": SERVER, "payload": payload})).await;
        assert_eq!(members(&answer), ["from", "id", "ok", "payload", "type"]);
        assert_eq!(
            (&answer["type"], &answer["from"], &answer["ok"]),
            (&json!(kind), &json!(SERVER), &json!(true))
        );
        assert_eq!(members(&answer["payload"]), ["authToken", "deviceID"]);
        // The connection is hers, and the device is in her list.
        client.say(&romeo, "hello").await;
        let sessions = juliet.get("/auth/sessions").await.ok(200);
        let device = &answer["payload"]["deviceID"];
        assert!(
            sessions["sessions"].as_array().unwrap().iter().any(|s| s["id"] == *device),
            "{sessions}"
        );
        // Her token is good for requests of other connections, and nowhere else.
        let token = answer["payload"]["authToken"].as_str().unwrap();
        let api = stack().api();
        api.call("GET", "/auth/me", Some(token), Payload::None).await.problem(401, "token_invalid");
        let other = Cadmium::open(stack()).await;
        let text = json!({"type": GENERAL, "content": {"text": "again"}});
        let frame =
            json!({"type": MESSAGE, "to": [entity(&romeo)], "authToken": token, "payload": text});
        assert_eq!(other.ask(frame).await["ok"], true);
        other.say(&romeo, "and again without it").await;
    }
}

#[tokio::test]
async fn what_is_wrong_is_told_alike() {
    let (client, user) = (Cadmium::open(stack()).await, stack().user().await);
    let mut texts = Vec::new();
    for (name, password) in [
        (user.name.as_str(), "wrong wrong"),
        ("nobody_here_at_all", PASSWORD),
        (user.name.as_str(), "short"),
    ] {
        let payload = json!({"username": name, "password": password});
        let refused = client.no("profile:login", json!(SERVER), payload, "invalid_creds").await;
        assert_eq!(members(&refused), ["errID", "errText"]);
        texts.push(refused["errText"].clone());
    }
    texts.dedup();
    assert_eq!(texts.len(), 1, "{texts:?}");
    let payload = json!({"username": user.name, "password": "wrong wrong"});
    client
        .no("urn:cadmium:profile:login", json!(SERVER), payload, "urn:cadmium:invalid_creds")
        .await;
}

#[tokio::test]
async fn who_guesses_has_to_wait() {
    let (client, user) = (Cadmium::open(stack()).await, stack().user().await);
    let payload = json!({"username": user.name, "password": "wrong wrong"});
    for _ in 0..5 {
        client.no("profile:login", json!(SERVER), payload.clone(), "invalid_creds").await;
    }
    let refused = client.no("profile:login", json!(SERVER), payload, "ratelimit_exceed").await;
    // The window counts in slots of a hundredth, and a slot leaves as a whole.
    assert!(
        refused["errPayload"]["retryAfter"].as_u64().is_some_and(|ms| (1..=60_600).contains(&ms)),
        "{refused}"
    );
}

#[tokio::test]
async fn third_party_ids_are_not_known_here() {
    let client = Cadmium::open(stack()).await;
    for third in
        [json!("juliet@capulett.com"), json!({"type": "email", "value": "juliet@capulett.com"})]
    {
        let payload = json!({"thirdPID": third, "password": PASSWORD});
        client.no("profile:login", json!(SERVER), payload, "third_pid_unsupported").await;
    }
    client
        .no("profile:login", json!(SERVER), json!({"password": PASSWORD}), "invalid_payload")
        .await;
    for payload in [
        json!({"username": "juliet"}),
        json!({"username": 7, "password": "x"}),
        json!([]),
        json!("x"),
    ] {
        let answer =
            client.ask(json!({"type": "profile:login", "to": SERVER, "payload": payload})).await;
        assert_refused(&answer, "parseError");
    }
}

#[tokio::test]
async fn a_deactivated_account_does_not_sign_in() {
    let user = stack().user().await;
    user.post("/users/me/deactivate", json!({"password": PASSWORD})).await.ok(200);
    let client = Cadmium::open(stack()).await;
    let payload = json!({"username": user.name, "password": PASSWORD});
    client.no("profile:login", json!(SERVER), payload, "invalid_creds").await;
}
