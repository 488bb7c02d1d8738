//! `DELETE /rooms/{room_id}` — deletes a room as its owner.
//!
//! 200; from then on everything under it is 404. 403 `insufficient_role` for anybody else, 400
//! `direct_room_immutable` for a direct room.

use chat::Deleted;
use domain::{Code, Result, RoomId};
use edge::{About, App, Reply, Request};

async fn delete_room(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let room = request.path("room_id")?;
    chat::delete_room(&app.table, app.fanout(), who, request.now, room).await?;
    Ok(Reply::ok(&Deleted::DONE))
}

fn about() -> About {
    About::rest("DELETE", "/rooms/{room_id}", "Deletes a room and everything in it.")
        .path::<RoomId>("room_id")
        .answers::<Deleted>(200, "from now on it is unknown")
        .refuses(&[Code::NotAMember, Code::InsufficientRole, Code::DirectRoomImmutable])
}

fn main() -> edge::Exit {
    edge::serve_rest(about, delete_room)
}
