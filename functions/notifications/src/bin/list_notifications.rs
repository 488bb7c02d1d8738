//! `GET /notifications?unread=&limit=&cursor=` — the caller's notifications, newest first.
//!
//! Answers 200. A page may hold fewer than `limit` and still have a next.

use chat::notifications::Notifications;
use domain::{NotificationId, Result};
use edge::{About, App, Limit, Reply, Request};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
struct Query {
    /// Only those that are not read.
    #[serde(default)]
    unread: bool,
    #[serde(default)]
    limit: Limit<50, 100>,
    /// A `next_cursor`.
    cursor: Option<NotificationId>,
}

async fn list_notifications(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let Query { unread, limit, cursor } = request.params()?;
    let (table, now, limit) = (&app.table, request.now, limit.get());
    Ok(Reply::ok(&chat::list_notifications(table, who, now, unread, limit, cursor).await?))
}

fn about() -> About {
    About::rest("GET", "/notifications", "The caller's notifications, newest first.")
        .notes("A page may hold fewer than `limit` and still have a next.")
        .query::<Query>()
        .answers::<Notifications>(200, "a page of them")
}

fn main() -> edge::Exit {
    edge::serve_rest(about, list_notifications)
}
