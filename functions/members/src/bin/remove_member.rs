//! `DELETE /rooms/{room_id}/members/{user_id}` — takes somebody out of a room; oneself by leaving.
//!
//! 200. Admins and the owner only, and only somebody of lower rank: 403 `insufficient_role`. They may
//! come back to a public room; a ban prevents that.

use domain::Result;
use edge::{App, Reply, Request};
use serde::Serialize;

#[derive(Serialize)]
struct Removed {
    removed: bool,
}

async fn remove_member(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let (room, user) = (request.path("room_id")?, request.path("user_id")?);
    let (fanout, purges) = (app.fanout(), app.purges());
    chat::remove_member(&app.table, fanout, purges, who, request.now, room, user).await?;
    Ok(Reply::ok(&Removed { removed: true }))
}

fn main() -> edge::Exit {
    edge::serve_rest(remove_member)
}
