//! `POST /oauth/token`

use parlance_tests::pleroma::{Client, refused};
use parlance_tests::prelude::*;

async fn token(payload: impl Into<Payload>) -> Answer {
    stack().api().call("POST", "/oauth/token", None, payload).await
}

#[tokio::test]
async fn name_and_password_give_a_token() {
    let user = stack().user().await;
    let body = json!({"grant_type": "password", "username": user.name, "password": PASSWORD,
        "client_id": "x", "client_secret": "y", "scope": "read write:chats"});
    let answer = token(body).await.ok(200);
    assert_eq!(answer["token_type"], "Bearer");
    let scope = answer["scope"].as_str().unwrap();
    for wanted in ["read", "write", "follow", "push", "write:chats"] {
        assert!(scope.split(' ').any(|one| one == wanted), "{scope}");
    }
    assert!(answer["created_at"].is_u64() && answer["expires_in"].as_u64().unwrap() > 86_400);
    assert_eq!(answer["me"], format!("{}/@{}", user.api.base, user.name));
    let form = format!("grant_type=password&username={}&password=correct+horse+battery", user.name);
    let form = Payload::Raw("application/x-www-form-urlencoded", form.into());
    assert!(token(form).await.ok(200)["access_token"].is_string());
}

#[tokio::test]
async fn a_refresh_token_renews_and_is_of_this_face() {
    let user = stack().user().await;
    let client = Client::of(&user).await;
    let renew = |token: String| json!({"grant_type": "refresh_token", "refresh_token": token});
    let renewed = token(renew(client.refresh_token.clone())).await.ok(200);
    let path = "/api/v1/accounts/verify_credentials";
    let access = renewed["access_token"].as_str();
    user.api.call("GET", path, access, Payload::None).await.ok(200);
    assert_ne!(renewed["refresh_token"], client.refresh_token);
    // Ours is not taken here, nor this one at our own door.
    refused(&token(renew(user.refresh_token.clone())).await, 400, "Invalid credentials");
    let body = json!({"refresh_token": client.refresh_token});
    user.api.call("POST", "/auth/refresh", None, body).await.problem(401, "refresh_invalid");
}

#[tokio::test]
async fn a_token_is_good_for_one_face() {
    let user = stack().user().await;
    let client = Client::of(&user).await;
    let here = "/api/v1/accounts/verify_credentials";
    client.get(here).await.ok(200);
    user.api
        .call("GET", "/auth/me", Some(&client.token), Payload::None)
        .await
        .problem(401, "token_invalid");
    let ours = user.api.call("GET", here, Some(&user.token), Payload::None).await;
    refused(&ours, 403, "Invalid credentials.");
}

#[tokio::test]
async fn everything_else_is_refused() {
    let user = stack().user().await;
    let password = |name: &str, password: &str| json!({"grant_type": "password", "username": name, "password": password});
    for (body, error) in [
        (password(&user.name, "wrong wrong"), "Invalid credentials"),
        (password("nobody_at_all", PASSWORD), "Invalid credentials"),
        (password(&user.name, ""), "Invalid credentials"),
        (json!({"grant_type": "password", "username": user.name}), "Missing field: password."),
        (json!({"grant_type": "password"}), "Missing field: username."),
        (json!({"grant_type": "refresh_token"}), "Missing field: refresh_token."),
        (json!({"grant_type": "client_credentials"}), "grant_type must be"),
        (json!({}), "Missing field: grant_type."),
    ] {
        refused(&token(body).await, 400, error);
    }
    for _ in 0..5 {
        token(password(&user.name, "wrong wrong")).await;
    }
    let throttled = token(password(&user.name, PASSWORD)).await;
    refused(&throttled, 429, "Throttled");
    assert!(throttled.header("retry-after").is_some());
}
