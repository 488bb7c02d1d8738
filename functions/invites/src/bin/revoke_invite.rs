//! `DELETE /invites/{code}` — revokes an invitation.
//!
//! 200, also the second time. Any admin of its room, and the owner; 404 for an unknown code.

use chat::Revoked;
use domain::{Code, InviteCode, Result};
use edge::{About, App, Reply, Request};

async fn revoke_invite(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let code = request.path("code")?;
    chat::revoke_invite(&app.table, who, request.now, &code).await?;
    Ok(Reply::ok(&Revoked { revoked: true }))
}

fn about() -> About {
    About::rest("DELETE", "/invites/{code}", "Revokes an invitation.")
        .path::<InviteCode>("code")
        .answers::<Revoked>(200, "also the second time")
        .refuses(&[Code::NotAMember, Code::InsufficientRole])
}

fn main() -> edge::Exit {
    edge::serve_rest(about, revoke_invite)
}
