//! `PUT /rooms/{room_id}/bans/{user_id}` — bans somebody, and takes them out if they are in the room.
//!
//! 200 with the ban; one that stands stays as it is. Admins and the owner only, and only somebody of
//! lower rank. A banned user can neither join nor be added nor use an invitation.

use domain::{Reason, Result};
use edge::{App, Reply, Request};
use serde::Deserialize;

#[derive(Deserialize, Default)]
struct Body {
    reason: Option<String>,
}

async fn ban_member(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let (room, user) = (request.path("room_id")?, request.path("user_id")?);
    let body: Body = request.json_or_default()?;
    let reason = body.reason.as_deref().map(Reason::parse).transpose();
    let reason = reason.map_err(|e| e.at("/reason"))?;
    let ban =
        chat::ban_member(&app.table, app.fanout(), who, request.now, room, user, reason).await?;
    Ok(Reply::ok(&ban))
}

fn main() -> edge::Exit {
    edge::serve_rest(ban_member)
}
