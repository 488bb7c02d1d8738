//! `$disconnect` of `/api/v1/streaming`

use parlance_tests::pleroma::Client;
use parlance_tests::prelude::*;
use std::time::Duration;

#[tokio::test]
async fn who_hangs_up_is_gone_for_our_own_app_too() {
    let [ann, bob] = brief().users().await;
    ann.direct_room(&bob).await;
    let client = Client::of(&ann).await;
    let status = async || {
        let user = bob.get(&format!("/users/{}", ann.id)).await.ok(200);
        user["status"].as_str().unwrap_or_default().to_owned()
    };
    let becomes = async |wanted: &str| {
        let end = tokio::time::Instant::now() + parlance_tests::DEADLINE;
        while status().await != wanted {
            assert!(tokio::time::Instant::now() < end, "never {wanted}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let live = client.live("?stream=user").await;
    becomes("online").await;
    drop(live);
    becomes("offline").await;
}
