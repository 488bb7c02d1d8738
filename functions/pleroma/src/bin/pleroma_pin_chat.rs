//! `POST /api/v1/pleroma/chats/{chat_id}/pin`, also `POST /api/v1/pleroma/chats/{chat_id}/unpin` — chats cannot be
//! pinned here, and it says so.
//!
//! 422 for `pin`; 200 with the chat, which is not pinned, for `unpin`.

use domain::Result;
use edge::{App, Reply, Request};
use pleroma::pen;
use serde_json::json;

async fn pin_chat(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let id = request.path("chat_id")?;
    let room = chat::direct_room(&app.table, who, request.now, id).await?;
    if request.raw_path().ends_with("/pin") {
        return Ok(Reply::json(422, &json!({"error": "Chats cannot be pinned on this server."})));
    }
    Ok(Reply::ok(&pen::of_request(app, request, who.user).chat(&room).await?))
}

fn main() -> edge::Exit {
    pleroma::serve(pin_chat)
}
