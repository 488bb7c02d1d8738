//! `PATCH /notifications/{notification_id}/read` — marks one notification as read.
//!
//! 200, also the second time. Somebody else's is unknown.

use chat::notifications::NotificationRead;
use domain::{NotificationId, Result};
use edge::{About, App, Reply, Request};

async fn read_notification(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let id = request.path("notification_id")?;
    let read = chat::read_notification(&app.table, app.fanout(), who, request.now, id).await?;
    Ok(Reply::ok(&read))
}

fn about() -> About {
    About::rest("PATCH", "/notifications/{notification_id}/read", "Marks a notification as read.")
        .path::<NotificationId>("notification_id")
        .answers::<NotificationRead>(200, "it is read, also the second time")
}

fn main() -> edge::Exit {
    edge::serve_rest(about, read_notification)
}
