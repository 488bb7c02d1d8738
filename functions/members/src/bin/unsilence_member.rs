//! `DELETE /rooms/{room_id}/members/{user_id}/silence` — lets somebody write again.
//!
//! 200, also when nobody has silenced them. Admins and the owner only, and only for somebody of lower
//! rank.

use chat::Lifted;
use domain::{Code, Result, RoomId, UserId};
use edge::{About, App, Reply, Request};

async fn unsilence_member(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let (room, user) = (request.path("room_id")?, request.path("user_id")?);
    chat::unsilence_member(&app.table, app.fanout(), who, request.now, room, user).await?;
    Ok(Reply::ok(&Lifted { lifted: true }))
}

fn about() -> About {
    About::rest(
        "DELETE",
        "/rooms/{room_id}/members/{user_id}/silence",
        "Lets somebody write again.",
    )
    .path::<RoomId>("room_id")
    .path::<UserId>("user_id")
    .answers::<Lifted>(200, "also when nobody had silenced them")
    .refuses(&[Code::NotAMember, Code::InsufficientRole, Code::DirectRoomImmutable])
}

fn main() -> edge::Exit {
    edge::serve_rest(about, unsilence_member)
}
