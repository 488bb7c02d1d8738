//! `GET /users/me/blocks`

use super::block_user::block;
use parlance_tests::prelude::*;

#[tokio::test]
async fn shows_whom_one_has_blocked_and_nobody_else() {
    let [ann, bob, eve] = stack().users().await;
    assert_eq!(ann.get("/users/me/blocks").await.ok(200), json!({"blocks": []}));
    block(&ann, &bob).await;
    block(&ann, &eve).await;
    block(&bob, &ann).await;
    let list = ann.get("/users/me/blocks").await.ok(200);
    let blocks = list["blocks"].as_array().unwrap();
    let mut ids: Vec<_> = blocks.iter().map(|b| b["user"]["id"].as_str().unwrap()).collect();
    let mut expected = [bob.id.as_str(), eve.id.as_str()];
    ids.sort_unstable();
    expected.sort_unstable();
    assert_eq!(ids, expected);
    for block in blocks {
        shape::compact_user(&block["user"]);
        assert!(block["created_at"].is_string(), "{block}");
    }
}
