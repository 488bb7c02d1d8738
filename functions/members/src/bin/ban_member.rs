//! `PUT /rooms/{room_id}/bans/{user_id}` — bans somebody, and takes them out if they are in the room.
//!
//! 200 with the ban; one that stands stays as it is. Admins and the owner only, and only somebody of
//! lower rank. A banned user can neither join nor be added nor use an invitation.

use chat::BanView;
use domain::{Code, Reason, Result, RoomId, UserId};
use edge::{About, App, Reply, Request};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, Default, JsonSchema)]
struct Body {
    #[schemars(with = "Option<Reason>")]
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

fn about() -> About {
    About::rest("PUT", "/rooms/{room_id}/bans/{user_id}", "Bans somebody from a room.")
        .path::<RoomId>("room_id")
        .path::<UserId>("user_id")
        .body_or_none::<Body>()
        .answers::<BanView>(200, "the ban; one that stands stays as it is")
        .refuses(&[Code::NotAMember, Code::InsufficientRole, Code::DirectRoomImmutable])
}

fn main() -> edge::Exit {
    edge::serve_rest(about, ban_member)
}
