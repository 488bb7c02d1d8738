//! `GET /rooms/public?q=&limit=&cursor=` — the directory of public rooms, by name.
//!
//! 200; each room tells whether the caller has joined it.

use chat::Rooms;
use domain::Result;
use edge::{About, App, Limit, Reply, Request, Text};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
struct Query {
    /// The start of the name.
    #[serde(default)]
    q: Text<100>,
    #[serde(default)]
    limit: Limit<50, 100>,
    /// A `next_cursor`.
    #[serde(default)]
    cursor: Text<2_000>,
}

async fn list_public_rooms(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let Query { q, limit, cursor } = request.params()?;
    let (q, limit, cursor) = (q.get(), limit.get(), cursor.get());
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
