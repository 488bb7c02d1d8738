//! `DELETE /rooms/{room_id}/pins/{message_id}` — takes a pin away.
//!
//! 200, also when there is none. Admins and the owner; in a direct room, both.

use domain::{ChatError, Code, MessageId, Result, RoomId};
use edge::{App, Reply, Request};
use serde::Serialize;

#[derive(Serialize)]
struct Unpinned {
    unpinned: bool,
}

async fn unpin_message(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let room: RoomId = request.path("room_id")?;
    let message: MessageId = request.path("message_id")?;
    if message.room != room {
        return Err(ChatError::new(Code::NotFound));
    }
    chat::unpin_message(&app.table, app.fanout(), who, request.now, message).await?;
    Ok(Reply::ok(&Unpinned { unpinned: true }))
}

fn main() -> edge::Exit {
    edge::serve_rest(unpin_message)
}
