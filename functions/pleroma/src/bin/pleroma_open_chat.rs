//! `POST /api/v1/pleroma/chats/by-account-id/{account_id}` — opens the chat with somebody, or finds it.
//!
//! 200 with the chat either way. A body is not looked at.

use domain::Result;
use edge::{App, Reply, Request};
use pleroma::pen;

async fn open_chat(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let peer = request.path("account_id")?;
    let (store, fanout) = (&app.table, app.fanout());
    let (room, _) = chat::open_direct_room(store, fanout, who, request.now, peer).await?;
    let room = chat::direct_room(store, who, request.now, room.id).await?;
    Ok(Reply::ok(&pen::of_request(app, request, who.user).chat(&room).await?))
}

fn main() -> edge::Exit {
    pleroma::serve(open_chat)
}
