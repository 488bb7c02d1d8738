//! `DELETE /messages/{message_id}` — leaves a tombstone: the sender, an admin, the owner.
//!
//! 200 with the tombstone, also the second time.

use chat::view::MessageView;
use domain::{Code, MessageId, Result};
use edge::{About, App, Reply, Request};
use schemars::JsonSchema;
use serde::Serialize;

/// What is left of a message.
#[derive(Serialize, JsonSchema)]
struct DeletedMessage {
    message: MessageView,
}

async fn delete_message(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let id = request.path("message_id")?;
    let message =
        chat::delete_message(&app.table, app.files(), app.fanout(), who, request.now, id).await?;
    Ok(Reply::ok(&DeletedMessage { message }))
}

fn about() -> About {
    About::rest("DELETE", "/messages/{message_id}", "Leaves a tombstone.")
        .path::<MessageId>("message_id")
        .answers::<DeletedMessage>(200, "the tombstone, also the second time")
        .refuses(&[Code::NotAMember, Code::InsufficientRole, Code::NotTheSender])
}

fn main() -> edge::Exit {
    edge::serve_rest(about, delete_message)
}
