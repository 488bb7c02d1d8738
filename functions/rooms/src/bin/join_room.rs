//! `POST /rooms/{room_id}/join` — enters a public room.
//!
//! 200 with room and membership, also for a member. 403 `invite_required` for a private room, 403
//! `banned`, 400 `direct_room_immutable`, 404 for one that does not exist.

use chat::Joined;
use domain::{Code, Result, RoomId};
use edge::{About, App, Reply, Request};

async fn join_room(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let room = request.path("room_id")?;
    let joined = chat::join_room(&app.table, app.fanout(), who, request.now, room).await?;
    Ok(Reply::ok(&joined))
}

fn about() -> About {
    About::rest("POST", "/rooms/{room_id}/join", "Joins a public room.")
        .path::<RoomId>("room_id")
        .answers::<Joined>(200, "a member, also the second time")
        .refuses(&[Code::InviteRequired, Code::Banned, Code::DirectRoomImmutable])
}

fn main() -> edge::Exit {
    edge::serve_rest(about, join_room)
}
