//! `PATCH /notifications/{notification_id}/read`

use super::answered;
use parlance_tests::prelude::*;

#[tokio::test]
async fn one_is_read_and_the_other_devices_know() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let (one, two) = (answered(&alice, &bob, &room).await, answered(&alice, &bob, &room).await);
    let device = Socket::connect(&alice).await;
    let path = format!("/notifications/{}/read", one["id"].as_str().unwrap());
    let read = alice.call("PATCH", &path, Payload::None).await.ok(200);
    assert_eq!(read, json!({"id": one["id"], "read": true, "unread_count": 1}));
    let event = device.expect("notifications_read", |data| data["ids"] == json!([one["id"]])).await;
    assert_eq!(event.data["unread_count"], 1);
    assert_eq!(alice.call("PATCH", &path, Payload::None).await.ok(200)["unread_count"], 1, "again");
    let list = alice.get("/notifications?unread=true").await.ok(200);
    assert_eq!(ids(&list["notifications"]), [two["id"].as_str().unwrap()]);
}

#[tokio::test]
async fn somebody_elses_is_unknown() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let notice = answered(&alice, &bob, &room).await;
    let id = notice["id"].as_str().unwrap();
    for id in [id, "0199aaaa-0000-7000-8000-000000000000", "nonsense"] {
        let path = format!("/notifications/{id}/read");
        bob.call("PATCH", &path, Payload::None).await.problem(404, "not_found");
    }
    assert_eq!(alice.get("/notifications").await.ok(200)["unread_count"], 1);
}
