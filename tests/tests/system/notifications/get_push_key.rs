//! `GET /push/key`

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use parlance_tests::prelude::*;

#[tokio::test]
async fn it_is_a_point_and_everybodys() {
    let [alice, bob] = stack().users().await;
    let key = alice.get("/push/key").await.ok(200);
    let point = URL_SAFE_NO_PAD.decode(key["key"].as_str().unwrap()).unwrap();
    assert_eq!((point.len(), point[0]), (65, 4), "uncompressed");
    assert_eq!(bob.get("/push/key").await.ok(200), key);
}

#[tokio::test]
async fn where_there_is_no_push_there_is_none() {
    let user = limited().user().await;
    assert_eq!(user.get("/push/key").await.ok(200), json!({"key": null}));
}

#[tokio::test]
async fn an_ended_session_learns_nothing() {
    let user = stack().user().await;
    user.poke("/auth/logout").await.ok(200);
    user.get("/push/key").await.problem(401, "session_revoked");
}
