//! `PUT /rooms/{room_id}/pins/{message_id}` — pins a message.
//!
//! 200 with the pin, also when it is pinned. Admins and the owner; in a direct room, both. 400
//! `too_many_pins` beyond 250, 404 `message_deleted`.

use domain::{ChatError, Code, MessageId, Result, RoomId};
use edge::{App, Reply, Request};

async fn pin_message(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let room: RoomId = request.path("room_id")?;
    let message: MessageId = request.path("message_id")?;
    if message.room != room {
        return Err(ChatError::new(Code::NotFound));
    }
    Ok(Reply::ok(&chat::pin_message(&app.table, app.fanout(), who, request.now, message).await?))
}

fn main() -> edge::Exit {
    edge::serve_rest(pin_message)
}
