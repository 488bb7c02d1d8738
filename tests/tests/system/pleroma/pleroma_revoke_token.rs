//! `POST /oauth/revoke`

use parlance_tests::pleroma::{Client, refused};
use parlance_tests::prelude::*;

#[tokio::test]
async fn the_session_ends_and_nothing_else() {
    let user = stack().user().await;
    let (ended, other) = (Client::of(&user).await, Client::of(&user).await);
    let live = ended.live("?stream=user").await;
    let path = "/api/v1/accounts/verify_credentials";
    let revoke = async |token: &str| {
        let body = json!({"client_id": "x", "client_secret": "y", "token": token});
        user.api.call("POST", "/oauth/revoke", None, body).await
    };
    assert_eq!(revoke(&ended.token).await.ok(200), json!({}));
    refused(&ended.get(path).await, 403, "Invalid credentials.");
    live.closed().await;
    other.get(path).await.ok(200);
    user.get("/auth/me").await.ok(200);
    // Nothing to end: RFC 7009 wants no error.
    revoke(&ended.token).await.ok(200);
    revoke("nonsense").await.ok(200);
    revoke(&user.token).await.ok(200);
    user.get("/auth/me").await.ok(200);
    refused(
        &user.api.call("POST", "/oauth/revoke", None, json!({})).await,
        400,
        "Missing field: token.",
    );
}
