//! `PATCH /rooms/{room_id}/members/{user_id}/role` — changes somebody's role, as the owner.
//!
//! 200 with the membership. `owner` hands the room over, and the caller is an admin afterwards. 409
//! `owner_must_transfer` for the owner's own demotion.

use chat::view::MembershipView;
use domain::{Code, FieldError, Result, Role, RoomId, UserId};
use edge::{About, App, Reply, Request};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
struct Body {
    #[schemars(with = "Role")]
    role: String,
}

async fn change_role(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let (room, user) = (request.path("room_id")?, request.path("user_id")?);
    let body: Body = request.json()?;
    let role = Role::parse(&body.role)
        .ok_or_else(|| FieldError::new("/role", "invalid", "must be owner, admin or member"))?;
    let member =
        chat::change_role(&app.table, app.fanout(), who, request.now, room, user, role).await?;
    Ok(Reply::ok(&member))
}

fn about() -> About {
    About::rest(
        "PATCH",
        "/rooms/{room_id}/members/{user_id}/role",
        "Changes somebody's role, as the owner.",
    )
    .notes("`owner` hands the room over; the caller is an admin afterwards.")
    .path::<RoomId>("room_id")
    .path::<UserId>("user_id")
    .body::<Body>()
    .answers::<MembershipView>(200, "the membership")
    .refuses(&[
        Code::NotAMember,
        Code::InsufficientRole,
        Code::DirectRoomImmutable,
        Code::OwnerMustTransfer,
        Code::AccountDeactivated,
    ])
}

fn main() -> edge::Exit {
    edge::serve_rest(about, change_role)
}
