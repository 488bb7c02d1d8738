//! `POST /rooms/{room_id}/read` — marks a message and everything before it as read; without a body,
//! everything there is.
//!
//! 200 with the read state. Marks move forward only: an older message changes nothing.

use chat::view::ReadState;
use domain::{Code, MessageId, Result, RoomId};
use edge::{About, App, Reply, Request};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Default, Deserialize, JsonSchema)]
struct Body {
    /// Up to this message; without it, up to the newest.
    message_id: Option<MessageId>,
}

async fn read_room(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let room = request.path("room_id")?;
    let Body { message_id } = request.json_or_default()?;
    let (store, fanout) = (&app.table, app.fanout());
    let state = chat::read_room(store, fanout, who, request.now, room, message_id).await?;
    Ok(Reply::ok(&state))
}

fn about() -> About {
    About::rest("POST", "/rooms/{room_id}/read", "Marks messages as read.")
        .notes("Up to a message; without a body everything there is. Marks move forward only.")
        .path::<RoomId>("room_id")
        .body_or_none::<Body>()
        .answers::<ReadState>(200, "the read state")
        .refuses(&[Code::NotAMember])
}

fn main() -> edge::Exit {
    edge::serve_rest(about, read_room)
}
