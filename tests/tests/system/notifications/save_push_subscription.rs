//! `PUT /push/subscriptions`

use parlance_tests::prelude::*;
use parlance_tests::push::{Browser, PushService};

const AT: &str = "/push/subscriptions";

#[tokio::test]
async fn the_same_endpoint_is_the_same_subscription() {
    let alice = stack().user().await;
    let service = PushService::start().await;
    let browser = Browser::subscribe(&service);
    let saved = browser.register(&alice).await;
    assert_eq!(saved["endpoint"], browser.endpoint);
    assert_eq!(saved["id"].as_str().map(str::len), Some(32));
    assert_eq!(saved.as_object().unwrap().len(), 3, "the keys are not shown: {saved}");
    assert_eq!(browser.register(&alice).await, saved, "again");
    assert_eq!(browser.register(&alice.sign_in_again().await).await, saved, "in another session");
    let other = Browser::subscribe(&service).register(&alice).await;
    assert_ne!(other["id"], saved["id"]);
}

#[tokio::test]
async fn a_browser_may_say_when_it_ends() {
    let alice = stack().user().await;
    let service = PushService::start().await;
    for (name, value) in [
        ("expirationTime", json!(4_102_444_800_000_u64)),
        ("expirationTime", json!(4_102_444_800_000.5)),
        ("expiration_time", json!(4_102_444_800_000_u64)),
        ("expiration_time", json!(1e300)),
        ("expiration_time", json!(null)),
    ] {
        let mut body = Browser::subscribe(&service).json();
        body.as_object_mut().unwrap().remove("expirationTime");
        body[name] = value;
        alice.put(AT, body).await.ok(200);
    }
    for past in [json!(0), json!(-1), json!(-1e300), json!(1_000_000_000_000_u64)] {
        let mut body = Browser::subscribe(&service).json();
        body["expirationTime"] = past;
        let refused = alice.put(AT, body).await.problem(400, "validation_failed");
        assert_eq!(refused["errors"][0]["pointer"], "/expiration_time");
    }
}

#[tokio::test]
async fn bad_ones_are_refused_by_name() {
    let alice = stack().user().await;
    let good = Browser::subscribe(&PushService::start().await).json();
    let long = format!("https://push.example.org/{}", "x".repeat(1_000));
    for (pointer, value) in [
        ("/endpoint", json!("")),
        ("/endpoint", json!("ftp://push.example.org/1")),
        ("/endpoint", json!("javascript:alert(1)")),
        ("/endpoint", json!("https://user:password@push.example.org/1")),
        ("/endpoint", json!("https:///1")),
        ("/endpoint", json!("https://push.example.org/1#2")),
        ("/endpoint", json!("https://push.example.org/a b")),
        ("/endpoint", json!("https://push.example.org/\r\nx: y")),
        ("/endpoint", json!(long)),
        ("/keys/p256dh", json!("")),
        ("/keys/p256dh", json!("nonsense")),
        ("/keys/p256dh", json!(format!("B{}", "A".repeat(86)))),
        ("/keys/auth", json!("")),
        ("/keys/auth", json!("BTBZMqHH6r4Tts7J_aSI")),
        ("/keys/auth", good["keys"]["p256dh"].clone()),
    ] {
        let mut body = good.clone();
        *body.pointer_mut(pointer).unwrap() = value;
        let refused = alice.put(AT, body).await.problem(400, "validation_failed");
        assert_eq!(refused["errors"][0]["pointer"], pointer);
    }
    let all = json!({"endpoint": "x", "keys": {"p256dh": "x", "auth": "x"}});
    let refused = alice.put(AT, all).await.problem(400, "validation_failed");
    assert_eq!(refused["errors"].as_array().map(Vec::len), Some(2), "all that is wrong: {refused}");
    for missing in ["endpoint", "keys"] {
        let mut body = good.clone();
        body.as_object_mut().unwrap().remove(missing);
        alice.put(AT, body).await.problem(400, "validation_failed");
    }
}

#[tokio::test]
async fn elsewhere_than_on_a_developers_machine_it_is_https() {
    let alice = limited().user().await;
    let plain = Browser::subscribe(&PushService::start().await).json();
    let refused = alice.put(AT, plain.clone()).await.problem(400, "validation_failed");
    assert_eq!(refused["errors"][0]["pointer"], "/endpoint");
    let mut secure = plain;
    secure["endpoint"] = json!(format!("https://push.example.org/{}", username()));
    alice.put(AT, secure).await.ok(200);
}

#[tokio::test]
async fn the_oldest_of_twenty_makes_room() {
    let alice = stack().user().await;
    let service = PushService::start().await;
    let mut ids = vec![];
    for _ in 0..21 {
        let saved = Browser::subscribe(&service).register(&alice).await;
        ids.push(saved["id"].as_str().unwrap().to_owned());
    }
    alice.delete(&format!("{AT}/{}", ids[0])).await.problem(404, "not_found");
    for id in &ids[1..] {
        alice.delete(&format!("{AT}/{id}")).await.ok(200);
    }
}
