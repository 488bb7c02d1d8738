//! `/notifications` and `/push`

mod delete_push_subscription;
mod get_push_key;
mod list_notifications;
mod read_all_notifications;
mod read_notification;
mod save_push_subscription;

use parlance_tests::prelude::*;

/// The notifications of a user as soon as `there` says so of them.
pub async fn eventually(user: &User, there: impl Fn(&Value) -> bool) -> Value {
    let deadline = tokio::time::Instant::now() + parlance_tests::DEADLINE;
    loop {
        let list = user.get("/notifications?limit=100").await.ok(200);
        if there(&list) {
            return list;
        }
        assert!(tokio::time::Instant::now() < deadline, "{list:#}");
        tokio::task::yield_now().await;
    }
}

/// A reply to a message of `author`, and the notification it made.
pub async fn answered(author: &User, by: &User, room: &str) -> Value {
    let root = author.send(room, "a question").await;
    let reply = json!({"content": "an answer", "parent_message_id": root["id"]});
    let reply = by.send_as(room, reply).await;
    let list = eventually(author, |list| {
        let all = list["notifications"].as_array().cloned().unwrap_or_default();
        all.iter().any(|notice| notice["message_id"] == reply["id"])
    })
    .await;
    let all = list["notifications"].as_array().cloned().unwrap_or_default();
    all.into_iter().find(|notice| notice["message_id"] == reply["id"]).expect("a notification")
}
