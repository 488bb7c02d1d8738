//! `GET /rooms/{room_id}/pins?limit=&cursor=` — the pinned messages, the newest pin first.
//!
//! 200 for members.

use domain::Result;
use edge::{App, Reply, Request};

async fn list_pins(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let room = request.path("room_id")?;
    let limit = request.limit(50, 100)?;
    let cursor = request.query("cursor");
    Ok(Reply::ok(&chat::list_pins(&app.table, who, request.now, room, limit, cursor).await?))
}

fn main() -> edge::Exit {
    edge::serve_rest(list_pins)
}
