//! `PATCH /notifications/read-all`

use super::{answered, eventually};
use parlance_tests::prelude::*;

async fn read_all(user: &User, body: impl Into<Payload>) -> Answer {
    user.call("PATCH", "/notifications/read-all", body).await
}

#[tokio::test]
async fn all_are_read_and_later_ones_are_not() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    assert_eq!(read_all(&alice, Payload::None).await.ok(200), json!({"unread_count": 0}), "none");
    for _ in 0..3 {
        answered(&alice, &bob, &room).await;
    }
    let device = Socket::connect(&alice).await;
    assert_eq!(read_all(&alice, json!({})).await.ok(200), json!({"unread_count": 0}));
    device.expect("notifications_read", |data| data["all_before"].is_string()).await;
    answered(&alice, &bob, &room).await;
    let list = alice.get("/notifications").await.ok(200);
    assert_eq!(list["unread_count"], 1);
    let read: Vec<&Value> =
        list["notifications"].as_array().unwrap().iter().map(|notice| &notice["read"]).collect();
    assert_eq!(read, [false, true, true, true]);
}

#[tokio::test]
async fn up_to_one_that_is_named() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let mut all = vec![];
    for _ in 0..3 {
        all.push(answered(&alice, &bob, &room).await["id"].clone());
    }
    let left = read_all(&alice, json!({"before": all[1]})).await.ok(200);
    assert_eq!(left, json!({"unread_count": 1}));
    let list = alice.get("/notifications?unread=true").await.ok(200);
    assert_eq!(ids(&list["notifications"]), [all[2].as_str().unwrap()]);
    read_all(&bob, json!({"before": all[1]})).await.problem(404, "not_found");
    read_all(&alice, json!({"before": "x"})).await.invalid("/before");
}

#[tokio::test]
async fn what_arrives_meanwhile_stays_unread() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let root = alice.send(&room, "a question").await;
    let sends = async {
        for number in 0..20 {
            let body = json!({"content": number.to_string(), "parent_message_id": root["id"]});
            bob.send_as(&room, body).await;
        }
    };
    let reads = async {
        let mut known = vec![];
        for _ in 0..10 {
            let before = alice.get("/notifications?limit=100").await.ok(200);
            known.extend(ids(&before["notifications"]));
            read_all(&alice, Payload::None).await.ok(200);
        }
        known
    };
    let ((), _) = tokio::join!(sends, reads);
    eventually(&alice, |list| list["notifications"].as_array().map_or(0, Vec::len) == 20).await;
    // Whatever was there is read, whatever came later is not; once more, and nothing is left.
    assert_eq!(read_all(&alice, Payload::None).await.ok(200), json!({"unread_count": 0}));
    let list = alice.get("/notifications?limit=100").await.ok(200);
    assert!(list["notifications"].as_array().unwrap().iter().all(|notice| notice["read"] == true));
}
