//! `POST /auth/logout` — ends the caller's session; its tokens and sockets stop at once.

use domain::Result;
use edge::{App, Reply, Request};
use serde_json::json;

async fn logout(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    chat::logout(&app.table, app.fanout(), who, request.now).await?;
    Ok(Reply::ok(&json!({"logged_out": true})))
}

fn main() -> edge::Exit {
    edge::serve_rest(logout)
}
