//! `GET /rooms/{room_id}/bans?limit=&cursor=` — who is banned from a room.
//!
//! 200 for admins and the owner.

use domain::Result;
use edge::{App, Reply, Request};

async fn list_bans(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let room = request.path("room_id")?;
    let limit = request.limit(50, 100)?;
    let after = request.query_as("cursor", "must be a next_cursor")?;
    Ok(Reply::ok(&chat::list_bans(&app.table, who, request.now, room, limit, after).await?))
}

fn main() -> edge::Exit {
    edge::serve_rest(list_bans)
}
