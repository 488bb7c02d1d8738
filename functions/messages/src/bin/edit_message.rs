//! `PUT /messages/{message_id}` — gives a message new text: its sender, within 15 minutes.
//!
//! 200 with the message. The text it has already is no edit. 403 `edit_window_expired` or
//! `not_the_sender`, 404 `message_deleted`.

use chat::view::MessageView;
use domain::{Code, MessageBody, MessageId, Result};
use edge::{About, App, Reply, Request};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
struct Body {
    #[schemars(with = "MessageBody")]
    content: String,
}

async fn edit_message(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let id = request.path("message_id")?;
    let body: Body = request.json()?;
    let body = MessageBody::with_files(&body.content, 1).map_err(|e| e.at("/content"))?;
    let message = chat::edit_message(&app.table, app.fanout(), who, request.now, id, body).await?;
    Ok(Reply::ok(&message))
}

fn about() -> About {
    About::rest("PUT", "/messages/{message_id}", "Gives a message new text.")
        .notes("By its sender, within 15 minutes. The text it has already is no edit.")
        .path::<MessageId>("message_id")
        .body::<Body>()
        .answers::<MessageView>(200, "the message as it is now")
        .refuses(&[
            Code::NotAMember,
            Code::Silenced,
            Code::Blocked,
            Code::YouBlockedUser,
            Code::AccountDeactivated,
            Code::NotTheSender,
            Code::EditWindowExpired,
            Code::MessageDeleted,
        ])
}

fn main() -> edge::Exit {
    edge::serve_rest(about, edit_message)
}
