//! `GET /rooms/{room_id}/members?limit=&cursor=&q=` — who is in a room.
//!
//! 200 for members. `q` filters by the start of the username or part of the display name.

use chat::Members;
use domain::{Code, Result, RoomId, UserId};
use edge::{About, App, Limit, Reply, Request, Text};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
struct Query {
    #[serde(default)]
    limit: Limit<50, 100>,
    /// A `next_cursor`.
    cursor: Option<UserId>,
    /// The start of the username, or part of the display name.
    #[serde(default)]
    q: Text<50>,
}

async fn list_members(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let room = request.path("room_id")?;
    let Query { limit, cursor, q } = request.params()?;
    let page = chat::list_members(&app.table, who, request.now, room, q.get(), limit.get(), cursor)
        .await?;
    Ok(Reply::ok(&page))
}

fn about() -> About {
    About::rest("GET", "/rooms/{room_id}/members", "Who is in a room.")
        .path::<RoomId>("room_id")
        .query::<Query>()
        .answers::<Members>(200, "a page of the members")
        .refuses(&[Code::NotAMember])
}

fn main() -> edge::Exit {
    edge::serve_rest(about, list_members)
}
