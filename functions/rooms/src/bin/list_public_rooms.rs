//! `GET /rooms/public?q=&limit=&cursor=` — the directory of public rooms, by name.
//!
//! 200; each room tells whether the caller has joined it.

use domain::{FieldError, Result};
use edge::{App, Reply, Request};

async fn list_public_rooms(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let limit = request.limit(50, 100)?;
    let (q, cursor) = (request.query("q"), request.query("cursor"));
    if q.is_some_and(|q| q.chars().count() > 100) {
        return Err(FieldError::new("q", "too_long", "must be at most 100 characters")
            .with_max(100)
            .into());
    }
    Ok(Reply::ok(&chat::list_public_rooms(&app.table, who, request.now, q, limit, cursor).await?))
}

fn main() -> edge::Exit {
    edge::serve_rest(list_public_rooms)
}
