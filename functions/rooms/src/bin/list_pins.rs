//! `GET /rooms/{room_id}/pins?limit=&cursor=` — the pinned messages, the newest pin first.
//!
//! 200 for members.

use chat::Pins;
use domain::{Code, Result, RoomId};
use edge::{About, App, Limit, Reply, Request, Text};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
struct Query {
    #[serde(default)]
    limit: Limit<50, 100>,
    /// A `next_cursor`.
    #[serde(default)]
    cursor: Text<64>,
}

async fn list_pins(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let room = request.path("room_id")?;
    let Query { limit, cursor } = request.params()?;
    let limit = limit.get();
    Ok(Reply::ok(&chat::list_pins(&app.table, who, request.now, room, limit, cursor.get()).await?))
}

fn about() -> About {
    About::rest("GET", "/rooms/{room_id}/pins", "The pinned messages, the newest pin first.")
        .path::<RoomId>("room_id")
        .query::<Query>()
        .answers::<Pins>(200, "a page of the pins")
        .refuses(&[Code::NotAMember])
}

fn main() -> edge::Exit {
    edge::serve_rest(about, list_pins)
}
