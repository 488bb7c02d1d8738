//! `ANY /api/{proxy+}`, `ANY /oauth/{proxy+}`

use parlance_tests::pleroma::{Client, refused};
use parlance_tests::prelude::*;

#[tokio::test]
async fn what_is_not_spoken_here_is_not_found() {
    let client = Client::of(&stack().user().await).await;
    for (method, path) in [
        ("GET", "/api/v1/timelines/home"),
        ("POST", "/api/v1/statuses"),
        ("PUT", "/api/v1/pleroma/chats"),
        ("GET", "/api/v1/pleroma/chats/"),
        ("GET", "/api/v1/streaming"),
        ("GET", "/oauth/authorize"),
        ("DELETE", "/api/v1/instance"),
    ] {
        refused(&client.call(method, path, Payload::None).await, 404, "Record not found");
    }
}
