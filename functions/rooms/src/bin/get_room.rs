//! `GET /rooms/{room_id}` — shows a room.
//!
//! 200: whole for a member, a preview of a public room for anybody else. 403 `not_a_member` for a
//! room that is not public, 404 for one that does not exist. 304 where `If-None-Match` names its tag.

use chat::view::RoomView;
use domain::{Code, Result, RoomId};
use edge::{About, App, Reply, Request};

async fn get_room(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let room = request.path("room_id")?;
    let room = chat::get_room(&app.table, who, request.now, room).await?;
    let tag = rooms::etag(&room);
    let held = rooms::is_held(request.header("if-none-match"), &tag);
    let reply = if held { Reply::empty(304) } else { Reply::ok(&room) };
    Ok(reply.header("etag", tag))
}

fn about() -> About {
    About::rest("GET", "/rooms/{room_id}", "A room.")
        .notes("A public room shows strangers the part without membership.")
        .path::<RoomId>("room_id")
        .takes_header::<String>("If-None-Match", "the tag of the answer that is held")
        .answers::<RoomView>(200, "the room")
        .header("ETag", "its tag: for `If-None-Match`, and for `If-Match` of a change")
        .answers_empty(304, "it is as it was")
        .refuses(&[Code::NotAMember])
}

fn main() -> edge::Exit {
    edge::serve_rest(about, get_room)
}
