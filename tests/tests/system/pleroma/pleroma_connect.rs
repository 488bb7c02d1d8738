//! `$connect` of `/api/v1/streaming`

use parlance_tests::pleroma::{Client, Live};
use parlance_tests::prelude::*;

#[tokio::test]
async fn the_token_comes_in_three_ways() {
    let user = stack().user().await;
    let client = Client::of(&user).await;
    let (base, token) = (&user.api.base, client.token.as_str());
    let query = Live::open(base, &format!("?access_token={token}"), &[]).await.ok().unwrap();
    assert_eq!(query.subprotocol, None);
    let protocol = Live::open(base, "", &[("sec-websocket-protocol", token)]).await.ok().unwrap();
    assert_eq!(protocol.subprotocol.as_deref(), Some(token), "it is chosen, or clients hang up");
    let bearer = format!("Bearer {token}");
    Live::open(base, "/?stream=user", &[("authorization", &bearer)]).await.ok().unwrap();
    let both = format!("?stream=user:pleroma_chat&access_token={token}");
    Live::open(base, &both, &[("sec-websocket-protocol", token)]).await.ok().unwrap();
    for stream in ["user", "user:notification", "public", "direct"] {
        Live::open(base, &format!("?stream={stream}&access_token={token}"), &[])
            .await
            .ok()
            .unwrap();
    }
}

#[tokio::test]
async fn bad_tokens_and_unknown_streams_are_refused() {
    let user = stack().user().await;
    let client = Client::of(&user).await;
    let (base, token) = (&user.api.base, &client.token);
    let status = async |query: String| Live::open(base, &query, &[]).await.err();
    assert_eq!(status(String::new()).await, Some(401));
    assert_eq!(status("?access_token=nonsense".into()).await, Some(401));
    assert_eq!(status(format!("?access_token={}", user.token)).await, Some(401), "another face's");
    assert_eq!(status(format!("?access_token={token}&stream=nonsense")).await, Some(404));
    assert_eq!(status(format!("?access_token={token}&stream=list")).await, Some(404));
    let body = json!({"token": token});
    user.api.call("POST", "/oauth/revoke", None, body).await.ok(200);
    assert_eq!(status(format!("?access_token={token}")).await, Some(401), "its session has ended");
}
