//! `GET /auth/me` — the caller.

use domain::Result;
use edge::{App, Reply, Request};

async fn me(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    Ok(Reply::ok(&chat::get_user(&app.table, who, request.now, who.user).await?))
}

fn main() -> edge::Exit {
    edge::serve_rest(me)
}
