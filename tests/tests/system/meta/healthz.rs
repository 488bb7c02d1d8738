//! `GET /healthz`: open, and says which version runs.

use parlance_tests::prelude::*;

#[tokio::test]
async fn the_functions_run() {
    let health = stack().api().call("GET", "/healthz", None, Payload::None).await.ok(200);
    assert_eq!(health, json!({"status": "ok", "version": env!("CARGO_PKG_VERSION")}));
}
