//! `GET /rooms/public?q=&limit=&cursor=` — the directory of public rooms, by name.
//!
//! 200; each room tells whether the caller has joined it.

use chat::Rooms;
use domain::{FieldError, Result};
use edge::{About, App, Limit, Reply, Request};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
struct Query {
    /// The start of the name.
    #[schemars(length(max = 100))]
    q: Option<String>,
    #[serde(default)]
    limit: Limit<50, 100>,
    /// A `next_cursor`.
    cursor: Option<String>,
}

async fn list_public_rooms(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let Query { q, limit, cursor } = request.params()?;
    let (q, limit, cursor) = (q.as_deref(), limit.get(), cursor.as_deref());
    if q.is_some_and(|q| q.chars().count() > 100) {
        return Err(FieldError::new("q", "too_long", "must be at most 100 characters")
            .with_max(100)
            .into());
    }
    Ok(Reply::ok(&chat::list_public_rooms(&app.table, who, request.now, q, limit, cursor).await?))
}

fn about() -> About {
    About::rest("GET", "/rooms/public", "The public rooms, by name.")
        .query::<Query>()
        .answers::<Rooms>(200, "a page of them, each with `joined`")
}

fn main() -> edge::Exit {
    edge::serve_rest(about, list_public_rooms)
}
