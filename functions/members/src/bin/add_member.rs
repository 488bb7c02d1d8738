//! `POST /rooms/{room_id}/members` — adds a user to a room.
//!
//! 201 with the membership, 200 when they are in it. Admins and the owner only. 404 for an unknown
//! user, 403 `account_deactivated`, 403 `banned`, 403 `blocked` when they have blocked the caller, 400
//! `direct_room_immutable`.

use chat::view::MembershipView;
use domain::{Code, Result, RoomId, UserId};
use edge::{About, App, Reply, Request};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
struct Body {
    user_id: UserId,
}

async fn add_member(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let room = request.path("room_id")?;
    let body: Body = request.json()?;
    let (member, was) =
        chat::add_member(&app.table, app.fanout(), who, request.now, room, body.user_id).await?;
    Ok(if was { Reply::ok(&member) } else { Reply::created(&member) })
}

fn about() -> About {
    About::rest("POST", "/rooms/{room_id}/members", "Adds a user to a room.")
        .path::<RoomId>("room_id")
        .body::<Body>()
        .answers::<MembershipView>(201, "added")
        .answers::<MembershipView>(200, "a member already")
        .refuses(&[
            Code::NotAMember,
            Code::InsufficientRole,
            Code::DirectRoomImmutable,
            Code::AccountDeactivated,
            Code::Banned,
            Code::Blocked,
        ])
}

fn main() -> edge::Exit {
    edge::serve_rest(about, add_member)
}
