//! `GET /rooms/{room_id}/members?limit=&cursor=&q=` — who is in a room.
//!
//! 200 for members. `q` filters by the start of the username or part of the display name.

use chat::Members;
use domain::{Code, FieldError, Result, RoomId, UserId};
use edge::{About, App, Limit, Reply, Request};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
struct Query {
    #[serde(default)]
    limit: Limit<50, 100>,
    /// A `next_cursor`.
    cursor: Option<UserId>,
    /// The start of the username, or part of the display name.
    #[schemars(length(max = 50))]
    q: Option<String>,
}

async fn list_members(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let room = request.path("room_id")?;
    let Query { limit, cursor, q } = request.params()?;
    let q = q.as_deref();
    if q.is_some_and(|q| q.chars().count() > 50) {
        return Err(FieldError::new("q", "too_long", "must be at most 50 characters")
            .with_max(50)
            .into());
    }
    let page =
        chat::list_members(&app.table, who, request.now, room, q, limit.get(), cursor).await?;
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
