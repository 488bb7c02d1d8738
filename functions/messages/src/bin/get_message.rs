//! `GET /messages/{message_id}` — one message of a room the caller is in, or its tombstone.

use chat::view::MessageView;
use domain::{Code, MessageId, Result};
use edge::{About, App, Reply, Request};

async fn get_message(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let id = request.path("message_id")?;
    Ok(Reply::ok(&chat::get_message(&app.table, who, request.now, id).await?))
}

fn about() -> About {
    About::rest("GET", "/messages/{message_id}", "One message, or its tombstone.")
        .path::<MessageId>("message_id")
        .answers::<MessageView>(200, "the message")
        .refuses(&[Code::NotAMember])
}

fn main() -> edge::Exit {
    edge::serve_rest(about, get_message)
}
