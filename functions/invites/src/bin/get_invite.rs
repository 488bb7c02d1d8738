//! `GET /invites/{code}` — shows what an invitation leads to.
//!
//! 200 with the room's name and size, no members and no messages. 404 for an unknown or revoked code,
//! 410 `invite_expired` or `invite_exhausted`.

use chat::InvitePreview;
use domain::{Code, InviteCode, Result};
use edge::{About, App, Reply, Request};

async fn get_invite(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let code = request.path("code")?;
    Ok(Reply::ok(&chat::get_invite(&app.table, who, request.now, &code).await?))
}

fn about() -> About {
    About::rest("GET", "/invites/{code}", "What an invitation leads to.")
        .path::<InviteCode>("code")
        .answers::<InvitePreview>(200, "the room, from outside")
        .refuses(&[Code::InviteExpired, Code::InviteExhausted])
}

fn main() -> edge::Exit {
    edge::serve_rest(about, get_invite)
}
