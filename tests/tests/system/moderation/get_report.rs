//! `GET /moderation/reports/{report_id}`

use super::{id, report};
use parlance_tests::prelude::*;

#[tokio::test]
async fn shows_the_report_to_those_who_review_it() {
    let [owner, member, sender] = stack().users().await;
    let room = owner.room_with(&[&member, &sender]).await;
    let message = sender.send(&room, "foul").await;
    let made = report(&member, &message).await;
    let path = format!("/moderation/reports/{}", id(&made));
    let seen = owner.get(&path).await.ok(200);
    assert_eq!(
        (&seen["id"], &seen["reason"], &seen["status"], &seen["action"], &seen["decided_by"]),
        (&made["id"], &json!("spam"), &json!("open"), &json!("none"), &Value::Null)
    );
    assert_eq!(seen["snapshot"]["content"], "foul");
    for user in [&member, &sender] {
        user.get(&path).await.problem(403, "insufficient_role");
    }
    stack().user().await.get(&path).await.problem(403, "not_a_member");
    let unknown = format!("/moderation/reports/{}-{}", id(&message), owner.id);
    owner.get(&unknown).await.problem(404, "not_found");
    for nonsense in ["nonsense", &id(&message), &owner.id] {
        owner.get(&format!("/moderation/reports/{nonsense}")).await.problem(404, "not_found");
    }
}
