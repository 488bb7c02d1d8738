//! `DELETE /rooms/{room_id}/bans/{user_id}` — lifts a ban.
//!
//! 200, also when there is none. Admins and the owner only.

use domain::Result;
use edge::{App, Reply, Request};
use serde::Serialize;

#[derive(Serialize)]
struct Unbanned {
    unbanned: bool,
}

async fn unban_member(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let (room, user) = (request.path("room_id")?, request.path("user_id")?);
    chat::unban_member(&app.table, who, request.now, room, user).await?;
    Ok(Reply::ok(&Unbanned { unbanned: true }))
}

fn main() -> edge::Exit {
    edge::serve_rest(unban_member)
}
