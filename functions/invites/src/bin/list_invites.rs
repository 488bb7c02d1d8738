//! `GET /rooms/{room_id}/invites?limit=&cursor=` — a room's invitations that still stand.
//!
//! 200, newest first, for admins and the owner.

use domain::Result;
use edge::{App, Reply, Request};

async fn list_invites(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let room = request.path("room_id")?;
    let limit = request.limit(50, 100)?;
    let cursor = request.query("cursor");
    Ok(Reply::ok(&chat::list_invites(&app.table, who, request.now, room, limit, cursor).await?))
}

fn main() -> edge::Exit {
    edge::serve_rest(list_invites)
}
