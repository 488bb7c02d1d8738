//! `POST /users/{user_id}/dm` — opens the direct room with a user.
//!
//! 201 the first time, 200 with the same room ever after, whoever of the two asks.

use chat::view::RoomView;
use domain::{Code, Result, UserId};
use edge::{About, App, Reply, Request};

async fn open_direct_room(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let peer = request.path("user_id")?;
    let (room, existed) =
        chat::open_direct_room(&app.table, app.fanout(), who, request.now, peer).await?;
    let reply = if existed { Reply::ok(&room) } else { Reply::created(&room) };
    Ok(reply.header("location", format!("/rooms/{}", room.id)))
}

fn about() -> About {
    About::rest("POST", "/users/{user_id}/dm", "The direct room with a user.")
        .path::<UserId>("user_id")
        .answers::<RoomView>(201, "opened")
        .header("Location", "the path of the room")
        .answers::<RoomView>(200, "it was there")
        .header("Location", "the path of the room")
        .refuses(&[
            Code::ValidationFailed,
            Code::Blocked,
            Code::YouBlockedUser,
            Code::AccountDeactivated,
            Code::NotAMember,
        ])
}

fn main() -> edge::Exit {
    edge::serve_rest(about, open_direct_room)
}
