//! `PATCH /notifications/read-all` — marks all notifications as read, or `before` and all older ones.
//!
//! Answers 200. One that arrives during the call stays unread.

use chat::notifications::AllRead;
use domain::{NotificationId, Result};
use edge::{About, App, Reply, Request};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Body {
    /// The newest one that is meant; without it, the newest there is.
    before: Option<NotificationId>,
}

async fn read_all_notifications(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let Body { before } = request.json_or_default()?;
    let (table, fanout, now) = (&app.table, app.fanout(), request.now);
    Ok(Reply::ok(&chat::read_all_notifications(table, fanout, who, now, before).await?))
}

fn about() -> About {
    About::rest("PATCH", "/notifications/read-all", "Marks all notifications as read.")
        .notes("Or `before` and all older ones. One that arrives during the call stays unread.")
        .body_or_none::<Body>()
        .answers::<AllRead>(200, "they are read")
        .refuses(&[domain::Code::NotFound])
}

fn main() -> edge::Exit {
    edge::serve_rest(about, read_all_notifications)
}
