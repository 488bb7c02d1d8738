//! `GET /rooms/{room_id}` — shows a room.
//!
//! 200: whole for a member, a preview of a public room for anybody else. 403 `not_a_member` for a
//! room that is not public, 404 for one that does not exist.

use chat::view::RoomView;
use domain::{Code, Result, RoomId};
use edge::{About, App, Reply, Request};

async fn get_room(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let room = request.path("room_id")?;
    Ok(Reply::ok(&chat::get_room(&app.table, who, request.now, room).await?))
}

fn about() -> About {
    About::rest("GET", "/rooms/{room_id}", "A room.")
        .notes("A public room shows strangers the part without membership.")
        .path::<RoomId>("room_id")
        .answers::<RoomView>(200, "the room")
        .refuses(&[Code::NotAMember])
}

fn main() -> edge::Exit {
    edge::serve_rest(about, get_room)
}
