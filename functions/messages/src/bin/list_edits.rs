//! `GET /messages/{message_id}/history` — what a message's text was before it was edited.
//!
//! 200, oldest first, the latest 50; for the sender, admins and the owner. 404 `message_deleted` once the
//! message is deleted: its earlier texts go with it.

use chat::Versions;
use domain::{Code, MessageId, Result};
use edge::{About, App, Reply, Request};

async fn list_edits(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let id = request.path("message_id")?;
    let versions = chat::list_edits(&app.table, who, request.now, id).await?;
    Ok(Reply::ok(&versions))
}

fn about() -> About {
    let summary = "What a message's text was before it was edited.";
    About::rest("GET", "/messages/{message_id}/history", summary)
        .notes("Oldest first, the latest 50. For the sender, admins and the owner.")
        .path::<MessageId>("message_id")
        .answers::<Versions>(200, "the earlier texts")
        .refuses(&[Code::NotAMember, Code::InsufficientRole, Code::MessageDeleted])
}

fn main() -> edge::Exit {
    edge::serve_rest(about, list_edits)
}
