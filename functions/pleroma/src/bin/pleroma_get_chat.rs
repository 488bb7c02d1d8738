//! `GET /api/v1/pleroma/chats/{chat_id}` — one chat of the caller's.
//!
//! 200 with the chat; 404 for somebody else's.

use domain::Result;
use edge::{App, Reply, Request};
use pleroma::pen;

async fn get_chat(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let id = request.path("chat_id")?;
    let room = chat::direct_room(&app.table, who, request.now, id).await?;
    Ok(Reply::ok(&pen::of_request(app, request, who.user).chat(&room).await?))
}

fn main() -> edge::Exit {
    pleroma::serve(get_chat)
}
