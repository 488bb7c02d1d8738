//! `POST /rooms/{room_id}/leave` — leaves a room; its events stop at once.
//!
//! Answers 200. 409 `owner_must_transfer` while an owner is not the last; the last member takes the room
//! with them. A direct room is taken off the list until somebody writes.

use domain::Result;
use edge::{App, Reply, Request};
use serde_json::json;

async fn leave_room(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let room = request.path("room_id")?;
    let (fanout, purges) = (app.fanout(), app.purges());
    chat::leave_room(&app.table, fanout, purges, who, request.now, room).await?;
    Ok(Reply::ok(&json!({"left": true})))
}

fn main() -> edge::Exit {
    edge::serve_rest(leave_room)
}
