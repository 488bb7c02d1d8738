//! `GET /rooms/{room_id}/bans?limit=&cursor=` — who is banned from a room.
//!
//! 200 for admins and the owner.

use chat::Bans;
use domain::{Code, Result, RoomId, UserId};
use edge::{About, App, Limit, Reply, Request};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
struct Query {
    #[serde(default)]
    limit: Limit<50, 100>,
    /// A `next_cursor`.
    cursor: Option<UserId>,
}

async fn list_bans(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let room = request.path("room_id")?;
    let Query { limit, cursor } = request.params()?;
    let limit = limit.get();
    Ok(Reply::ok(&chat::list_bans(&app.table, who, request.now, room, limit, cursor).await?))
}

fn about() -> About {
    About::rest("GET", "/rooms/{room_id}/bans", "Who is banned from a room.")
        .path::<RoomId>("room_id")
        .query::<Query>()
        .answers::<Bans>(200, "a page of the bans")
        .refuses(&[Code::NotAMember, Code::InsufficientRole])
}

fn main() -> edge::Exit {
    edge::serve_rest(about, list_bans)
}
