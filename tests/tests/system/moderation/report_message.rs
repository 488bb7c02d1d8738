//! `POST /messages/{message_id}/report`

use super::{id, queue, report};
use parlance_tests::prelude::*;

#[tokio::test]
async fn those_who_review_it_are_told_and_the_same_again_is_the_same() {
    let [owner, member, sender] = stack().users().await;
    let room = owner.room_with(&[&member, &sender]).await;
    let message = sender.send(&room, "buy this").await;
    let (reviewer, reported) = (Socket::connect(&owner).await, Socket::connect(&sender).await);
    let path = format!("/messages/{}/report", id(&message));
    let body = json!({"reason": "spam", "comment": "the same in every room"});
    let key = [("idempotency-key", "k1")];
    let first = member.call_with("POST", &path, &key, body).await.ok(201);
    assert_eq!(
        (&first["reason"], &first["comment"], &first["status"], &first["message_id"]),
        (&json!("spam"), &json!("the same in every room"), &json!("open"), &message["id"])
    );
    let news = reviewer.expect("report_created", |data| data["report_id"] == first["id"]).await;
    assert_eq!((&news.data["room_id"], &news.data["reason"]), (&json!(room), &json!("spam")));
    assert!(!news.raw.to_string().contains("buy this"), "{}", news.raw);
    let again = member.post(&path, json!({"reason": "violence"})).await.ok(200);
    assert_eq!(again, first, "the first one stands");
    sender.send(&room, "fence").await;
    reported.expect_message(&room, "fence").await;
    assert!(reported.seen(|frame| frame.kind.starts_with("report_")).is_empty());
    assert_eq!(queue(&owner, &room, "open").await.len(), 1);
    // Somebody else's report is another one.
    let other = report(&owner, &message).await;
    assert_ne!(other["id"], first["id"]);
}

#[tokio::test]
async fn the_evidence_outlives_edit_and_deletion() {
    let [owner, sender] = stack().users().await;
    let room = owner.room_with(&[&sender]).await;
    let message = sender.send(&room, "something foul").await;
    report(&owner, &message).await;
    let path = format!("/messages/{}", id(&message));
    sender.put(&path, json!({"content": "harmless"})).await.ok(200);
    sender.delete(&path).await.ok(200);
    let reports = queue(&owner, &room, "open").await;
    let snapshot = &reports[0]["snapshot"];
    assert_eq!(snapshot["content"], "something foul");
    assert_eq!(snapshot["sender"]["id"], sender.id.as_str());
    shape::compact_user(&snapshot["sender"]);
    // The reporter's repetition finds the report; others cannot report what is gone.
    let report = format!("{path}/report");
    owner.post(&report, json!({"reason": "other"})).await.ok(200);
    let late = stack().user().await;
    late.join(&room).await;
    late.post(&report, json!({"reason": "other"})).await.problem(404, "message_deleted");
}

#[tokio::test]
async fn only_what_others_say_and_only_by_members() {
    let [owner, stranger] = stack().users().await;
    let room = owner.make_room("public", "Tea").await;
    let message = owner.send(&room, "mine").await;
    let path = format!("/messages/{}/report", id(&message));
    let spam = || json!({"reason": "spam"});
    owner.post(&path, spam()).await.problem(400, "not_reportable");
    stranger.post(&path, spam()).await.problem(403, "not_a_member");
    stranger.join(&room).await;
    for unknown in [format!("{room}-999"), "nonsense".into()] {
        let path = format!("/messages/{unknown}/report");
        stranger.post(&path, spam()).await.problem(404, "not_found");
    }
    let long = "x".repeat(1_001);
    for (wrong, pointer) in [
        (json!({}), "/reason"),
        (json!({"reason": "boredom"}), "/reason"),
        (json!({"reason": 7}), "/reason"),
        (json!({"reason": "spam", "comment": long}), "/comment"),
        (json!({"reason": "spam", "comment": "a\u{0}b"}), "/comment"),
        (json!({"reason": "spam", "comment": ["x"]}), "/comment"),
    ] {
        stranger.post(&path, wrong).await.invalid(pointer);
    }
    assert!(queue(&owner, &room, "open").await.is_empty());
    stranger.post(&path, json!({"reason": "spam", "comment": "😀".repeat(1_000)})).await.ok(201);
}

#[tokio::test]
async fn reports_have_a_bucket_of_their_own() {
    let [owner, member] = limited().users().await;
    let room = owner.room_with(&[&member]).await;
    let mut paths = vec![];
    for number in 0..10 {
        let message = owner.send(&room, &number.to_string()).await;
        paths.push(format!("/messages/{}/report", id(&message)));
    }
    for path in &paths {
        member.post(path, json!({"reason": "spam"})).await.ok(201);
    }
    let refused = member.post(&paths[0], json!({"reason": "spam"})).await;
    refused.problem(429, "rate_limited");
    member.send(&room, "sending goes on").await;
}
