//! `GET /api/v1/accounts/verify_credentials`

use parlance_tests::pleroma::{Client, refused};
use parlance_tests::prelude::*;

#[tokio::test]
async fn it_is_oneself() {
    let user = stack().user().await;
    let client = Client::of(&user).await;
    let path = "/api/v1/accounts/verify_credentials";
    let own = client.get(path).await.ok(200);
    super::account(&own, &user);
    assert!(own["source"].is_object(), "{own}");
    refused(&user.api.call("GET", path, None, Payload::None).await, 403, "Invalid credentials.");
    refused(
        &user.api.call("GET", path, Some("x.y.z"), Payload::None).await,
        403,
        "Invalid credentials.",
    );
}
