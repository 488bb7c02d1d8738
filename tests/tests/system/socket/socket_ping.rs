//! `ping`

use parlance_tests::prelude::*;

#[tokio::test]
async fn is_answered_with_pong() {
    let user = stack().user().await;
    let socket = Socket::connect(&user).await;
    for _ in 0..3 {
        socket.ping().await;
    }
}

#[tokio::test]
async fn is_answered_whatever_else_it_carries() {
    let user = stack().user().await;
    let socket = Socket::connect(&user).await;
    for frame in [
        r#"{"type":"ping"}"#,
        r#"{"type":"ping","data":{},"ref":1}"#,
        r#"{"type":"ping","data":null,"more":[1,2]}"#,
    ] {
        socket.send_text(frame).await;
        socket.ping().await;
    }
    assert!(socket.seen(|frame| frame.kind == "error").is_empty());
}
