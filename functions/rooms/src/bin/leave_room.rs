//! `POST /rooms/{room_id}/leave` — leaves a room; its events stop at once.
//!
//! Answers 200. 409 `owner_must_transfer` while an owner is not the last; the last member takes the room
//! with them. A direct room is taken off the list until somebody writes.

use chat::Left;
use domain::{Code, Result, RoomId};
use edge::{About, App, Reply, Request};

async fn leave_room(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let room = request.path("room_id")?;
    let (fanout, purges) = (app.fanout(), app.purges());
    chat::leave_room(&app.table, fanout, purges, who, request.now, room).await?;
    Ok(Reply::ok(&Left { left: true }))
}

fn about() -> About {
    About::rest("POST", "/rooms/{room_id}/leave", "Leaves a room.")
        .notes("The last member's leaving deletes the room.")
        .path::<RoomId>("room_id")
        .answers::<Left>(200, "no longer a member")
        .refuses(&[Code::NotAMember, Code::OwnerMustTransfer])
}

fn main() -> edge::Exit {
    edge::serve_rest(about, leave_room)
}
