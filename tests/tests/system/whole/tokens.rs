//! Forged tokens, and tokens that have ended.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use parlance_tests::prelude::*;

/// The token with a payload that says something else under the old signature.
pub fn altered(token: &str) -> String {
    let parts: Vec<&str> = token.split('.').collect();
    let mut payload: Value =
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
    payload["exp"] = json!(4_102_444_800_u64);
    format!("{}.{}.{}", parts[0], URL_SAFE_NO_PAD.encode(payload.to_string()), parts[2])
}

/// The token's payload under `alg: none`, without a signature.
pub fn unsigned(token: &str) -> String {
    let payload = token.split('.').nth(1).unwrap();
    format!("{}.{payload}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#))
}

#[tokio::test]
async fn forgeries_of_every_make_are_refused() {
    let user = stack().user().await;
    let parts: Vec<&str> = user.token.split('.').collect();
    assert_eq!(parts.len(), 3);
    let header = |header: &str| URL_SAFE_NO_PAD.encode(header);
    let forgeries = [
        altered(&user.token),
        unsigned(&user.token),
        format!("{}.{}.", header(r#"{"alg":"NONE"}"#), parts[1]),
        format!("{}.{}.{}", header(r#"{"alg":"none"}"#), parts[1], parts[2]),
        format!("{}.{}.{}", header(r#"{"alg":"HS256","typ":"JWT"}"#), parts[1], parts[2]),
        format!("{}.{}.{}", parts[0], parts[1], URL_SAFE_NO_PAD.encode([0; 64])),
        format!("{}.{}.{}", parts[0], parts[1], ""),
        format!("{}.{}", parts[0], parts[1]),
        format!("{}.extra", user.token),
        format!("{}x", user.token),
        "a".repeat(5000),
    ];
    for forged in forgeries {
        user.api
            .call("GET", "/auth/me", Some(&forged), Payload::None)
            .await
            .problem(401, "token_invalid");
    }
    user.get("/auth/me").await.ok(200);
}

#[tokio::test]
async fn only_a_bearer_token_is_one() {
    let user = stack().user().await;
    for header in
        ["", "Bearer", "Bearer ", "Basic dTpw", &format!("Token {}", user.token), &user.token]
    {
        let answer = user
            .api
            .try_call("GET", "/auth/me", None, &[("authorization", header)], Payload::None)
            .await;
        answer.expect("an answer").problem_of(&[(401, "unauthenticated"), (401, "token_invalid")]);
    }
    // The scheme's name has no case.
    let header = format!("bearer {}", user.token);
    let answer = user
        .api
        .try_call("GET", "/auth/me", None, &[("authorization", &header)], Payload::None)
        .await;
    answer.expect("an answer").ok(200);
}

#[tokio::test]
async fn the_parts_say_what_they_must() {
    let user = stack().user().await;
    let part = |index: usize| -> Value {
        serde_json::from_slice(
            &URL_SAFE_NO_PAD.decode(user.token.split('.').nth(index).unwrap()).unwrap(),
        )
        .unwrap()
    };
    let (header, payload) = (part(0), part(1));
    assert!(header["alg"] == "EdDSA" || header["alg"] == "ES256", "asymmetric: {header}");
    assert!(header["kid"].is_string(), "a key can be replaced: {header}");
    assert!(payload["exp"].is_u64(), "{payload}");
    assert!(!payload.to_string().contains(PASSWORD));
}

#[tokio::test]
async fn a_token_that_has_ended_says_so_and_ends_its_socket() {
    let stack = Stack::start(Options::new().param("TokenSeconds", 2));
    let body = json!({"username": username(), "password": PASSWORD});
    let session = stack.api().call("POST", "/auth/register", None, body).await.ok(201);
    let user = User::of(stack.api(), stack.ws(), &session);
    let socket = Socket::connect(&user).await;
    // Asked until the two seconds are over.
    let refusal = loop {
        let answer = user.get("/auth/me").await;
        if answer.status != 200 {
            break answer;
        }
    };
    refusal.problem(401, "token_expired");
    let opened = Socket::open(&stack.ws(), SignIn::Header(user.token.clone()), "").await;
    assert_eq!(parlance_tests::socket::refused(opened), 401);
    socket.post(json!({"type": "ping"})).await.unwrap();
    socket.expect("session_expired", |_| true).await;
    socket.expect_closed().await;
    let renewed = json!({"refresh_token": session["refresh_token"]});
    let renewed = stack.api().call("POST", "/auth/refresh", None, renewed).await.ok(200);
    User::of(stack.api(), stack.ws(), &renewed).get("/auth/me").await.ok(200);
}
