//! `GET /api/v1/media/{media_id}`

use parlance_tests::pleroma::{Client, refused};
use parlance_tests::prelude::*;

#[tokio::test]
async fn it_tells_how_far_the_check_is() {
    let [ann, bob] = stack().users().await;
    let (client, other) = (Client::of(&ann).await, Client::of(&bob).await);
    let bytes = parlance_tests::files::png(10, 10);
    let announced = ann.announce("a.png", "image/png", bytes.len()).await;
    let path = format!("/api/v1/media/{}", announced["id"].as_str().unwrap());
    let waiting = client.get(&path).await.ok(206);
    assert_eq!((&waiting["url"], &waiting["pleroma"]["status"]), (&Value::Null, &json!("pending")));
    refused(&other.get(&path).await, 404, "Record not found");
    ann.put_bytes(&announced, bytes).await;
    ann.complete(&announced).await.ok(200);
    let clean = client.get(&path).await.ok(200);
    assert!(clean["url"].is_string() && clean["preview_url"].is_string(), "{clean}");
    refused(&client.get("/api/v1/media/x").await, 404, "Record not found");
}
