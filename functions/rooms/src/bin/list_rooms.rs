//! `GET /rooms?limit=&cursor=` — the caller's rooms, latest message first.
//!
//! 200 with unread counts and last messages, so that a client needs no second request per room.

use chat::Rooms;
use domain::Result;
use edge::{About, App, Limit, Reply, Request, Text};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
struct Query {
    #[serde(default)]
    limit: Limit<50, 100>,
    /// A `next_cursor`.
    #[serde(default)]
    cursor: Text<2_000>,
}

async fn list_rooms(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let Query { limit, cursor } = request.params()?;
    let (limit, cursor) = (limit.get(), cursor.get());
    Ok(Reply::ok(&chat::list_rooms(&app.table, who, request.now, limit, cursor).await?))
}

fn about() -> About {
    About::rest("GET", "/rooms", "The caller's rooms, latest message first.")
        .query::<Query>()
        .answers::<Rooms>(200, "a page of them")
}

fn main() -> edge::Exit {
    edge::serve_rest(about, list_rooms)
}
