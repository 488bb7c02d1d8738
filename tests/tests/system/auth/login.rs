//! `POST /auth/login`

use parlance_tests::prelude::*;

async fn login(name: &str, password: &str) -> Answer {
    stack()
        .api()
        .call("POST", "/auth/login", None, json!({"username": name, "password": password}))
        .await
}

#[tokio::test]
async fn the_right_password_gives_a_session_of_its_own() {
    let user = stack().user().await;
    let session = login(&user.name, PASSWORD).await.ok(200);
    shape::session(&session);
    assert_eq!(session["user"]["id"], user.id);
    assert_ne!(session["token"], user.token);
    let second = User::of(stack().api(), stack().ws(), &session);
    for device in [&user, &second] {
        device.get("/auth/me").await.ok(200);
    }
}

#[tokio::test]
async fn a_name_is_found_in_any_case() {
    let user = stack().user().await;
    assert_eq!(login(&user.name.to_uppercase(), PASSWORD).await.ok(200)["user"]["id"], user.id);
}

#[tokio::test]
async fn an_unknown_name_and_a_wrong_password_look_the_same() {
    let user = stack().user().await;
    let same = |mut problem: Value| {
        problem["request_id"] = Value::Null;
        problem
    };
    let unknown = login(&username(), PASSWORD).await.problem(401, "invalid_credentials");
    let wrong = login(&user.name, "not the password").await.problem(401, "invalid_credentials");
    assert_eq!(same(unknown), same(wrong));
    // What cannot be a name or a password is no reason to say more.
    login("no such name at all, and too long for one", PASSWORD)
        .await
        .problem_of(&[(401, "invalid_credentials"), (400, "validation_failed")]);
}

#[tokio::test]
async fn five_failures_close_the_account_for_a_while_and_no_other() {
    let [target, other] = stack().users().await;
    for _ in 0..5 {
        login(&target.name, "not the password").await.problem(401, "invalid_credentials");
    }
    let refused = login(&target.name, "not the password").await;
    let seconds: u64 =
        refused.header("retry-after").and_then(|value| value.parse().ok()).unwrap_or(0);
    // The window counts in slots of a hundredth, and a slot leaves as a whole.
    assert!((1..=61).contains(&seconds), "{:?}", refused.headers);
    refused.problem(429, "rate_limited");
    login(&target.name.to_uppercase(), "another spelling").await.problem(429, "rate_limited");
    login(&other.name, PASSWORD).await.ok(200);
    target.get("/auth/me").await.ok(200);
}

#[tokio::test]
async fn successes_are_not_counted() {
    let user = stack().user().await;
    for _ in 0..7 {
        login(&user.name, PASSWORD).await.ok(200);
    }
}

#[tokio::test]
async fn what_is_missing_is_named() {
    let api = stack().api();
    api.call("POST", "/auth/login", None, json!({"password": PASSWORD})).await.invalid("/username");
    api.call("POST", "/auth/login", None, json!({"username": "abc"})).await.invalid("/password");
}
