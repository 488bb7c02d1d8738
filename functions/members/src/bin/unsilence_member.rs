//! `DELETE /rooms/{room_id}/members/{user_id}/silence` — lets somebody write again.
//!
//! 200, also when nobody has silenced them. Admins and the owner only, and only for somebody of lower
//! rank.

use domain::Result;
use edge::{App, Reply, Request};
use serde::Serialize;

#[derive(Serialize)]
struct Lifted {
    lifted: bool,
}

async fn unsilence_member(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let (room, user) = (request.path("room_id")?, request.path("user_id")?);
    chat::unsilence_member(&app.table, app.fanout(), who, request.now, room, user).await?;
    Ok(Reply::ok(&Lifted { lifted: true }))
}

fn main() -> edge::Exit {
    edge::serve_rest(unsilence_member)
}
