//! `DELETE /rooms/{room_id}` — deletes a room as its owner.
//!
//! 200; from then on everything under it is 404. 403 `insufficient_role` for anybody else, 400
//! `direct_room_immutable` for a direct room.

use domain::Result;
use edge::{App, Reply, Request};
use serde_json::json;

async fn delete_room(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let room = request.path("room_id")?;
    let (fanout, purges) = (app.fanout(), app.purges());
    chat::delete_room(&app.table, fanout, purges, who, request.now, room).await?;
    Ok(Reply::ok(&json!({"deleted": true})))
}

fn main() -> edge::Exit {
    edge::serve_rest(delete_room)
}
