//! `GET /rooms?limit=&cursor=` — the caller's rooms, latest message first.
//!
//! 200 with unread counts and last messages, so that a client needs no second request per room.

use domain::Result;
use edge::{App, Reply, Request};

async fn list_rooms(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let limit = request.limit(50, 100)?;
    let cursor = request.query("cursor");
    Ok(Reply::ok(&chat::list_rooms(&app.table, who, request.now, limit, cursor).await?))
}

fn main() -> edge::Exit {
    edge::serve_rest(list_rooms)
}
