//! `POST /rooms/{room_id}/unread` — moves the read mark to just before a message, so that it and what follows
//! are unread again.
//!
//! 200 with the read state. Only one's own devices hear of it: receipts that others hold stay.

use chat::view::ReadState;
use domain::{Code, MessageId, Result, RoomId};
use edge::{About, App, Reply, Request};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
struct Body {
    message_id: MessageId,
}

async fn mark_unread(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let room = request.path("room_id")?;
    let Body { message_id } = request.json()?;
    let (store, fanout) = (&app.table, app.fanout());
    let state = chat::mark_unread(store, fanout, who, request.now, room, message_id).await?;
    Ok(Reply::ok(&state))
}

fn about() -> About {
    About::rest("POST", "/rooms/{room_id}/unread", "Marks a message and what follows as unread.")
        .notes("For oneself: receipts that others hold stay.")
        .path::<RoomId>("room_id")
        .body::<Body>()
        .answers::<ReadState>(200, "the read state")
        .refuses(&[Code::NotAMember])
}

fn main() -> edge::Exit {
    edge::serve_rest(about, mark_unread)
}
