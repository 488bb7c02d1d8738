//! `GET /rooms/{room_id}/invites?limit=&cursor=` — a room's invitations that still stand.
//!
//! 200, newest first, for admins and the owner.

use chat::Invites;
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

async fn list_invites(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let room = request.path("room_id")?;
    let Query { limit, cursor } = request.params()?;
    let limit = limit.get();
    Ok(Reply::ok(
        &chat::list_invites(&app.table, who, request.now, room, limit, cursor.get()).await?,
    ))
}

fn about() -> About {
    About::rest(
        "GET",
        "/rooms/{room_id}/invites",
        "A room's invitations that still let somebody in, newest first.",
    )
    .path::<RoomId>("room_id")
    .query::<Query>()
    .answers::<Invites>(200, "a page of the invitations")
    .refuses(&[Code::NotAMember, Code::InsufficientRole, Code::DirectRoomImmutable])
}

fn main() -> edge::Exit {
    edge::serve_rest(about, list_invites)
}
