//! `GET /api/v2/instance`, `GET /api/v2/instance/`

use parlance_tests::prelude::*;

#[tokio::test]
async fn it_says_where_the_socket_is() {
    let api = stack().api();
    let instance = api.call("GET", "/api/v2/instance", None, Payload::None).await.ok(200);
    assert_eq!(api.call("GET", "/api/v2/instance/", None, Payload::None).await.ok(200), instance);
    let socket = api.base.replacen("http", "ws", 1);
    assert_eq!(instance["configuration"]["urls"]["streaming"], socket);
    assert_eq!(instance["domain"], api.base.trim_start_matches("http://"));
}
