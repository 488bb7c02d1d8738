//! `POST /invites/{code}/accept` — enters the room an invitation leads to.
//!
//! 200 with room and membership, also for a member, who takes no seat. 404 for an unknown or revoked
//! code, 410 `invite_expired` or `invite_exhausted`, 403 `banned`; 429 beyond 20 codes a minute per
//! user and address.

use domain::Result;
use edge::{App, Reply, Request};

async fn accept_invite(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let code = request.path("code")?;
    let address = request.address();
    let (table, fanout) = (&app.table, app.fanout());
    let joined = chat::accept_invite(table, fanout, who, request.now, address, &code).await?;
    Ok(Reply::ok(&joined))
}

fn main() -> edge::Exit {
    edge::serve_rest(accept_invite)
}
