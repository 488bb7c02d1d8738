//! `GET /api/v1/instance`, `GET /api/v1/instance/`

use parlance_tests::prelude::*;

#[tokio::test]
async fn it_says_what_clients_look_for() {
    let api = stack().api();
    let instance = api.call("GET", "/api/v1/instance", None, Payload::None).await.ok(200);
    assert_eq!(api.call("GET", "/api/v1/instance/", None, Payload::None).await.ok(200), instance);
    let version = instance["version"].as_str().unwrap();
    assert!(version.starts_with("2.7.2 (compatible; Pleroma 2."), "{version}");
    assert_eq!(instance["urls"]["streaming_api"], api.base.replacen("http", "ws", 1));
    for name in ["max_options", "max_option_chars", "min_expiration", "max_expiration"] {
        assert!(instance["poll_limits"][name].is_u64(), "{name}");
    }
    assert_eq!(instance["chat_limit"], 10_000);
    let features = instance["pleroma"]["metadata"]["features"].as_array().unwrap();
    assert!(features.contains(&json!("pleroma_chat_messages")));
}
