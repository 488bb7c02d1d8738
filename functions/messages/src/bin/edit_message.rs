//! `PUT /messages/{message_id}` — gives a message new text: its sender, within 15 minutes.
//!
//! 200 with the message. The text it has already is no edit. 403 `edit_window_expired` or
//! `not_the_sender`, 404 `message_deleted`.

use domain::{MessageBody, Result};
use edge::{App, Reply, Request};
use serde::Deserialize;

#[derive(Deserialize)]
struct Body {
    content: String,
}

async fn edit_message(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let id = request.path("message_id")?;
    let body: Body = request.json()?;
    let body = MessageBody::parse(&body.content).map_err(|e| e.at("/content"))?;
    let message = chat::edit_message(&app.table, app.fanout(), who, request.now, id, body).await?;
    Ok(Reply::ok(&message))
}

fn main() -> edge::Exit {
    edge::serve_rest(edit_message)
}
