//! `DELETE /rooms/{room_id}/members/{user_id}` — takes somebody out of a room; oneself by leaving.
//!
//! Answers 200. Admins and the owner only, and only somebody of lower rank: 403 `insufficient_role`. They may
//! come back to a public room; a ban prevents that.

use chat::Removed;
use domain::{Code, Result, RoomId, UserId};
use edge::{About, App, Reply, Request};

async fn remove_member(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let (room, user) = (request.path("room_id")?, request.path("user_id")?);
    let (fanout, purges) = (app.fanout(), app.purges());
    chat::remove_member(&app.table, fanout, purges, who, request.now, room, user).await?;
    Ok(Reply::ok(&Removed { removed: true }))
}

fn about() -> About {
    About::rest(
        "DELETE",
        "/rooms/{room_id}/members/{user_id}",
        "Takes somebody out of a room; oneself by leaving.",
    )
    .path::<RoomId>("room_id")
    .path::<UserId>("user_id")
    .answers::<Removed>(200, "no longer a member")
    .refuses(&[
        Code::NotAMember,
        Code::InsufficientRole,
        Code::DirectRoomImmutable,
        Code::OwnerMustTransfer,
    ])
}

fn main() -> edge::Exit {
    edge::serve_rest(about, remove_member)
}
