//! `POST /auth/password`

use parlance_tests::prelude::*;

const NEXT: &str = "quite another phrase";

async fn sign_in(user: &User, password: &str) -> Answer {
    let body = json!({"username": user.name, "password": password});
    stack().api().call("POST", "/auth/login", None, body).await
}

fn body(current: &str, next: &str) -> Value {
    json!({"current_password": current, "new_password": next})
}

#[tokio::test]
async fn the_new_one_signs_in_and_every_other_device_is_out() {
    let user = stack().user().await;
    let (one, two) = (user.sign_in_again().await, user.sign_in_again().await);
    let (kept, ended) = (Socket::connect(&user).await, Socket::connect(&one).await);
    let changed = user.post("/auth/password", body(PASSWORD, NEXT)).await.ok(200);
    assert_eq!(changed, json!({"changed": true, "sessions_ended": 2}));
    ended.expect("session_expired", |_| true).await;
    ended.expect_closed().await;
    for other in [&one, &two] {
        other.get("/auth/me").await.problem(401, "session_revoked");
        let body = json!({"refresh_token": other.refresh_token});
        let refreshed = stack().api().call("POST", "/auth/refresh", None, body).await;
        refreshed.problem(401, "refresh_invalid");
    }
    user.get("/auth/me").await.ok(200);
    kept.ping().await;
    sign_in(&user, PASSWORD).await.problem(401, "invalid_credentials");
    sign_in(&user, NEXT).await.ok(200);
}

#[tokio::test]
async fn a_wrong_one_is_a_mistake_in_the_field_and_is_counted() {
    let user = stack().user().await;
    for _ in 0..4 {
        user.post("/auth/password", body("not the password", NEXT))
            .await
            .invalid("/current_password");
    }
    // One more, but at the sign-in: they are the same guesses.
    sign_in(&user, "not the password").await.problem(401, "invalid_credentials");
    user.post("/auth/password", body(PASSWORD, NEXT)).await.problem(429, "rate_limited");
    user.get("/auth/me").await.ok(200);
}

#[tokio::test]
async fn bad_input_changes_nothing() {
    let user = stack().user().await;
    for (wrong, pointer) in [
        (body(PASSWORD, "short"), "/new_password"),
        (body(PASSWORD, &"x".repeat(257)), "/new_password"),
        (body("", NEXT), "/current_password"),
        (json!({"new_password": NEXT}), "/current_password"),
        (json!({"current_password": PASSWORD}), "/new_password"),
        (json!({"current_password": PASSWORD, "new_password": 12345678}), "/new_password"),
    ] {
        user.post("/auth/password", wrong).await.invalid(pointer);
    }
    sign_in(&user, PASSWORD).await.ok(200);
}
