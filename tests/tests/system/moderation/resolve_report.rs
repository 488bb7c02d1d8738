//! `PATCH /moderation/reports/{report_id}`

use super::{id, queue, report};
use parlance_tests::prelude::*;

#[tokio::test]
async fn deciding_deletes_the_message_and_is_told() {
    let [owner, member, sender] = stack().users().await;
    let room = owner.room_with(&[&member, &sender]).await;
    let message = sender.send(&room, "foul").await;
    let made = report(&member, &message).await;
    let (reviewer, there) = (Socket::connect(&owner).await, Socket::connect(&sender).await);
    let path = format!("/moderation/reports/{}", id(&made));
    let decision = json!({"status": "resolved", "action": "delete_message", "note": "rule 1"});
    let decided = owner.patch(&path, decision.clone()).await.ok(200);
    assert_eq!(
        (&decided["status"], &decided["action"], &decided["note"]),
        (&json!("resolved"), &json!("delete_message"), &json!("rule 1"))
    );
    assert_eq!(decided["decided_by"]["id"], owner.id.as_str());
    assert_eq!(decided["snapshot"]["content"], "foul");
    shape::tombstone(&sender.message(&id(&message)).await, &owner.id);
    there.expect("message_deleted", |data| data["message_id"] == message["id"]).await;
    let news = reviewer.expect("report_updated", |data| data["report_id"] == made["id"]).await;
    assert_eq!(news.data["status"], "resolved");
    assert_eq!(owner.patch(&path, decision).await.ok(200), decided, "again is no change");
    assert!(queue(&owner, &room, "open").await.is_empty());
    assert_eq!(queue(&owner, &room, "resolved").await.len(), 1);
}

#[tokio::test]
async fn a_dismissed_report_can_be_opened_again() {
    let [owner, member] = stack().users().await;
    let room = owner.room_with(&[&member]).await;
    let message = member.send(&room, "fine").await;
    let made = report(&owner, &message).await;
    let path = format!("/moderation/reports/{}", id(&made));
    owner.patch(&path, json!({"status": "dismissed"})).await.ok(200);
    assert_eq!(queue(&owner, &room, "dismissed").await.len(), 1);
    let opened = owner.patch(&path, json!({"status": "open"})).await.ok(200);
    assert_eq!((&opened["decided_at"], &opened["decided_by"]), (&Value::Null, &Value::Null));
    assert_eq!(queue(&owner, &room, "open").await.len(), 1);
    assert_eq!(member.message(&id(&message)).await["content"], "fine");
}

#[tokio::test]
async fn only_reviewers_decide_and_only_what_there_is() {
    let [owner, member, sender] = stack().users().await;
    let room = owner.room_with(&[&member, &sender]).await;
    let message = sender.send(&room, "foul").await;
    let made = report(&member, &message).await;
    let path = format!("/moderation/reports/{}", id(&made));
    let dismiss = || json!({"status": "dismissed"});
    for user in [&member, &sender] {
        user.patch(&path, dismiss()).await.problem(403, "insufficient_role");
    }
    stack().user().await.patch(&path, dismiss()).await.problem(403, "not_a_member");
    for (wrong, pointer) in [
        (json!({}), "/status"),
        (json!({"status": "done"}), "/status"),
        (json!({"status": "resolved", "action": "shout"}), "/action"),
        (json!({"status": "open", "action": "delete_message"}), "/action"),
        (json!({"status": "dismissed", "action": "ban"}), "/action"),
        (json!({"status": "resolved", "note": "x".repeat(1_001)}), "/note"),
    ] {
        owner.patch(&path, wrong).await.invalid(pointer);
    }
    let unknown = format!("/moderation/reports/{}-{}", id(&message), owner.id);
    owner.patch(&unknown, dismiss()).await.problem(404, "not_found");
    assert_eq!(queue(&owner, &room, "open").await.len(), 1);
    assert_eq!(sender.message(&id(&message)).await["content"], "foul");
}

#[tokio::test]
async fn two_reviewers_at_once_leave_one_decision() {
    let [owner, member] = stack().users().await;
    let device = owner.sign_in_again().await;
    let room = owner.room_with(&[&member]).await;
    for _ in 0..5 {
        let message = member.send(&room, "foul").await;
        let path = format!("/moderation/reports/{}", id(&report(&owner, &message).await));
        let (one, two) = tokio::join!(
            owner.patch(&path, json!({"status": "resolved", "action": "delete_message"})),
            device.patch(&path, json!({"status": "dismissed"}))
        );
        one.ok(200);
        two.ok(200);
        let last = owner.get(&path).await.ok(200);
        assert!(["resolved", "dismissed"].iter().any(|s| last["status"] == *s), "{last}");
    }
}
