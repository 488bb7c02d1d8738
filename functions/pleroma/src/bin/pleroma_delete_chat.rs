//! `DELETE /api/v1/pleroma/chats/{chat_id}` — takes a chat off the caller's list until somebody writes.
//!
//! 200 with the chat. The other one keeps it, and its messages stay.

use domain::Result;
use edge::{App, Reply, Request};
use pleroma::pen;

async fn delete_chat(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let id = request.path("chat_id")?;
    let room = chat::hide_direct_room(&app.table, who, request.now, id).await?;
    Ok(Reply::ok(&pen::of_request(app, request, who.user).chat(&room).await?))
}

fn main() -> edge::Exit {
    pleroma::serve(delete_chat)
}
