//! `GET /rooms/{room_id}/audit?limit=&cursor=` — what those with a rank have done in a room, the latest
//! first, for its admins and owner. Kept for a year; never any text.

use chat::AuditPage;
use domain::{Code, Result, RoomId};
use edge::{About, App, Limit, Reply, Request};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
struct Query {
    #[serde(default)]
    limit: Limit<50, 100>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

async fn list_audit(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let room = request.path("room_id")?;
    let Query { limit, cursor } = request.params()?;
    let (limit, cursor) = (limit.get(), cursor.as_deref());
    let page = chat::list_audit(&app.table, who, request.now, room, limit, cursor).await?;
    Ok(Reply::ok(&page))
}

fn about() -> About {
    About::rest("GET", "/rooms/{room_id}/audit", "What those with a rank have done in a room.")
        .path::<RoomId>("room_id")
        .query::<Query>()
        .answers::<AuditPage>(200, "a page, the latest first")
        .refuses(&[Code::NotAMember, Code::InsufficientRole])
}

fn main() -> edge::Exit {
    edge::serve_rest(about, list_audit)
}
