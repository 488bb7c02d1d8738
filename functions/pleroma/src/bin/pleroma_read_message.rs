//! `POST /api/v1/pleroma/chats/{chat_id}/messages/{message_id}/read` — marks a message as read, and those before it.
//!
//! 200 with the message.

use domain::{ChatError, Code, Result, RoomId};
use edge::{App, Reply, Request};
use pleroma::{ids, pen};

async fn read_message(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let room: RoomId = request.path("chat_id")?;
    let nothing = || ChatError::new(Code::NotFound);
    let id = ids::parse_message_id(&request.path_text("message_id"));
    let id = id.filter(|id| id.room == room).ok_or_else(nothing)?;
    let (store, now) = (&app.table, request.now);
    let mut found = chat::direct_messages(store, who.user, now, vec![id]).await?;
    let state = chat::read_message(store, app.fanout(), who, now, id).await?;
    let about = found.remove(&id).ok_or_else(nothing)?;
    let pen = pen::of_request(app, request, who.user);
    Ok(Reply::ok(&pen.message(&about.message, state.last_read_seq).await?))
}

fn main() -> edge::Exit {
    pleroma::serve(read_message)
}
