//! `DELETE /push/subscriptions/{subscription_id}`

use parlance_tests::prelude::*;
use parlance_tests::push::{Browser, PushService};

#[tokio::test]
async fn nothing_is_pushed_there_any_more() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let service = PushService::start().await;
    let (off, on) = (Browser::subscribe(&service), Browser::of(&alice, &service).await);
    let saved = off.register(&alice).await;
    let path = format!("/push/subscriptions/{}", saved["id"].as_str().unwrap());
    bob.delete(&path).await.problem(404, "not_found");
    assert_eq!(alice.delete(&path).await.ok(200), json!({"deleted": true}));
    alice.delete(&path).await.problem(404, "not_found");
    bob.send(&room, &format!("@{} hello", alice.name)).await;
    service.first(&on, 1).await;
    assert!(service.posted(&off).is_empty());
    // It may come back.
    let again = off.register(&alice).await;
    assert_eq!(again["id"], saved["id"]);
}

#[tokio::test]
async fn what_is_no_id_is_unknown() {
    let alice = stack().user().await;
    for id in ["nonsense", "0", &"0".repeat(32), &"A".repeat(32), &"0".repeat(33)] {
        alice.delete(&format!("/push/subscriptions/{id}")).await.problem(404, "not_found");
    }
}
