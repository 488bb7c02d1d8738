//! `GET /rooms/{room_id}/members?limit=&cursor=&q=` — who is in a room.
//!
//! 200 for members. `q` filters by the start of the username or part of the display name.

use domain::{FieldError, Result};
use edge::{App, Reply, Request};

async fn list_members(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let room = request.path("room_id")?;
    let limit = request.limit(50, 100)?;
    let after = request.query_as("cursor", "must be a next_cursor")?;
    let q = request.query("q");
    if q.is_some_and(|q| q.chars().count() > 50) {
        return Err(FieldError::new("q", "too_long", "must be at most 50 characters")
            .with_max(50)
            .into());
    }
    let page = chat::list_members(&app.table, who, request.now, room, q, limit, after).await?;
    Ok(Reply::ok(&page))
}

fn main() -> edge::Exit {
    edge::serve_rest(list_members)
}
