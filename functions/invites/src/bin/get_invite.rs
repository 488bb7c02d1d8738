//! `GET /invites/{code}` — shows what an invitation leads to.
//!
//! 200 with the room's name and size, no members and no messages. 404 for an unknown or revoked code,
//! 410 `invite_expired` or `invite_exhausted`; 429 beyond 20 codes a minute per user and address.

use domain::Result;
use edge::{App, Reply, Request};

async fn get_invite(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let code = request.path("code")?;
    let address = request.address();
    Ok(Reply::ok(&chat::get_invite(&app.table, who, request.now, address, &code).await?))
}

fn main() -> edge::Exit {
    edge::serve_rest(get_invite)
}
