//! `GET /api/v1/accounts/{account_id}/avatar`

use parlance_tests::files::{follow, png};
use parlance_tests::pleroma::{Client, refused};
use parlance_tests::prelude::*;

#[tokio::test]
async fn ones_own_picture_is_reached_without_a_token() {
    let [ann, bob] = stack().users().await;
    let file = bob.upload("me.png", &png(400, 400)).await;
    bob.patch("/users/me", json!({"avatar_url": file["url"]})).await.ok(200);
    let client = Client::of(&ann).await;
    let account = client.get(&format!("/api/v1/accounts/{}", bob.id)).await.ok(200);
    let address = account["avatar"].as_str().unwrap();
    let path = address.strip_prefix(&ann.api.base).unwrap();
    assert!(path.ends_with(file["id"].as_str().unwrap()), "{path}");
    let answer = ann.api.call("GET", path, None, Payload::None).await;
    assert_eq!(answer.status, 302, "{}", answer.text);
    let (status, headers, bytes) = follow(&answer).await;
    assert_eq!((status, headers["content-type"].as_bytes()), (200, &b"image/webp"[..]));
    assert!(!bytes.is_empty());

    // Any other file of theirs is none of it.
    bob.patch("/users/me", json!({"avatar_url": null})).await.ok(200);
    for id in [bob.id.as_str(), "0198c0de-7b0a-7c3e-8f00-000000000001", "x"] {
        let path = format!("/api/v1/accounts/{id}/avatar");
        refused(&ann.api.call("GET", &path, None, Payload::None).await, 404, "Record not found");
    }
}
