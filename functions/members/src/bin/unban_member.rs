//! `DELETE /rooms/{room_id}/bans/{user_id}` — lifts a ban.
//!
//! 200, also when there is none. Admins and the owner only.

use chat::Unbanned;
use domain::{Code, Result, RoomId, UserId};
use edge::{About, App, Reply, Request};

async fn unban_member(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let (room, user) = (request.path("room_id")?, request.path("user_id")?);
    chat::unban_member(&app.table, who, request.now, room, user).await?;
    Ok(Reply::ok(&Unbanned { unbanned: true }))
}

fn about() -> About {
    About::rest("DELETE", "/rooms/{room_id}/bans/{user_id}", "Lifts a ban.")
        .path::<RoomId>("room_id")
        .path::<UserId>("user_id")
        .answers::<Unbanned>(200, "also when there was none")
        .refuses(&[Code::NotAMember, Code::InsufficientRole, Code::DirectRoomImmutable])
}

fn main() -> edge::Exit {
    edge::serve_rest(about, unban_member)
}
