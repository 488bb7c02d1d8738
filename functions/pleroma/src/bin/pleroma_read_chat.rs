//! `POST /api/v1/pleroma/chats/{chat_id}/read` — marks a chat as read, wholly or up to a message.
//!
//! 200 with the chat. `last_read_id` may be left out.

use domain::{Result, RoomId};
use edge::{App, Reply, Request};
use pleroma::{ids, pen};
use serde::Deserialize;

#[derive(Deserialize)]
struct Body {
    last_read_id: Option<String>,
}

async fn read_chat(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let id: RoomId = request.path("chat_id")?;
    let body: Body = request.fields().await?;
    let last = body.last_read_id.filter(|id| !id.is_empty());
    let last = last.map(|text| ids::message_of(&text, id, "/last_read_id")).transpose()?;
    let (store, now) = (&app.table, request.now);
    chat::direct_read_seq(store, who, now, id).await?;
    chat::read_room(store, app.fanout(), who, now, id, last).await?;
    let room = chat::direct_room(store, who, now, id).await?;
    Ok(Reply::ok(&pen::of_request(app, request, who.user).chat(&room).await?))
}

fn main() -> edge::Exit {
    pleroma::serve(read_chat)
}
