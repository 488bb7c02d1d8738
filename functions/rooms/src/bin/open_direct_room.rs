//! `POST /users/{user_id}/dm` — opens the direct room with a user.
//!
//! 201 the first time, 200 with the same room ever after, whoever of the two asks.

use domain::Result;
use edge::{App, Reply, Request};

async fn open_direct_room(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let peer = request.path("user_id")?;
    let (room, existed) =
        chat::open_direct_room(&app.table, app.fanout(), who, request.now, peer).await?;
    let reply = if existed { Reply::ok(&room) } else { Reply::created(&room) };
    Ok(reply.header("location", format!("/rooms/{}", room.id)))
}

fn main() -> edge::Exit {
    edge::serve_rest(open_direct_room)
}
