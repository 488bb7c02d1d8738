//! `PUT /rooms/{room_id}/pins/{message_id}` — pins a message.
//!
//! 200 with the pin, also when it is pinned. Admins and the owner; in a direct room, both. 400
//! `too_many_pins` beyond 250, 404 `message_deleted`.

use chat::PinView;
use domain::{ChatError, Code, MessageId, Result, RoomId};
use edge::{About, App, Reply, Request};

async fn pin_message(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let room: RoomId = request.path("room_id")?;
    let message: MessageId = request.path("message_id")?;
    if message.room != room {
        return Err(ChatError::new(Code::NotFound));
    }
    Ok(Reply::ok(&chat::pin_message(&app.table, app.fanout(), who, request.now, message).await?))
}

fn about() -> About {
    About::rest("PUT", "/rooms/{room_id}/pins/{message_id}", "Pins a message.")
        .path::<RoomId>("room_id")
        .path::<MessageId>("message_id")
        .answers::<PinView>(200, "the pin, also when it was there")
        .refuses(&[
            Code::NotAMember,
            Code::InsufficientRole,
            Code::Silenced,
            Code::MessageDeleted,
            Code::TooManyPins,
            Code::ValidationFailed,
        ])
}

fn main() -> edge::Exit {
    edge::serve_rest(about, pin_message)
}
