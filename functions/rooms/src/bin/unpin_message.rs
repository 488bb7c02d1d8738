//! `DELETE /rooms/{room_id}/pins/{message_id}` — takes a pin away.
//!
//! 200, also when there is none. Admins and the owner; in a direct room, both.

use chat::Unpinned;
use domain::{ChatError, Code, MessageId, Result, RoomId};
use edge::{About, App, Reply, Request};

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

fn about() -> About {
    About::rest("DELETE", "/rooms/{room_id}/pins/{message_id}", "Takes a pin away.")
        .path::<RoomId>("room_id")
        .path::<MessageId>("message_id")
        .answers::<Unpinned>(200, "also when there was none")
        .refuses(&[Code::NotAMember, Code::InsufficientRole, Code::Silenced])
}

fn main() -> edge::Exit {
    edge::serve_rest(about, unpin_message)
}
