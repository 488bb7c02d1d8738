//! `POST /invites/{code}/accept` — enters the room an invitation leads to.
//!
//! 200 with room and membership, also for a member, who takes no seat. 404 for an unknown or revoked
//! code, 410 `invite_expired` or `invite_exhausted`, 403 `banned`.

use chat::Joined;
use domain::{Code, InviteCode, Result};
use edge::{About, App, Reply, Request};

async fn accept_invite(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let code = request.path("code")?;
    let joined = chat::accept_invite(&app.table, app.fanout(), who, request.now, &code).await?;
    Ok(Reply::ok(&joined))
}

fn about() -> About {
    About::rest("POST", "/invites/{code}/accept", "Enters the room an invitation leads to.")
        .notes("A member already takes no seat; leaving gives none back.")
        .path::<InviteCode>("code")
        .answers::<Joined>(200, "a member, also the second time")
        .refuses(&[Code::Banned, Code::InviteExpired, Code::InviteExhausted])
}

fn main() -> edge::Exit {
    edge::serve_rest(about, accept_invite)
}
