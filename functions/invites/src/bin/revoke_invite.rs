//! `DELETE /invites/{code}` — revokes an invitation.
//!
//! 200, also the second time. Any admin of its room, and the owner; 404 for an unknown code.

use domain::Result;
use edge::{App, Reply, Request};
use serde::Serialize;

#[derive(Serialize)]
struct Revoked {
    revoked: bool,
}

async fn revoke_invite(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let code = request.path("code")?;
    chat::revoke_invite(&app.table, who, request.now, &code).await?;
    Ok(Reply::ok(&Revoked { revoked: true }))
}

fn main() -> edge::Exit {
    edge::serve_rest(revoke_invite)
}
