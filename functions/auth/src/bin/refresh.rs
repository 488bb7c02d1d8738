//! `POST /auth/refresh` — renews a session with its refresh token.
//!
//! Open to everybody who has one. 200 with a session and a new refresh token; 401
//! `refresh_invalid`. A refresh token that was replaced more than a minute ago ends the session.

use domain::Result;
use edge::{App, Reply, Request};
use serde::Deserialize;

#[derive(Deserialize)]
struct Body {
    refresh_token: String,
}

async fn refresh(app: &App, request: &Request) -> Result<Reply> {
    let body: Body = request.json()?;
    let signed_in = chat::refresh(&app.table, request.now, &body.refresh_token).await?;
    Ok(Reply::ok(&auth::session(app.signer().await?, signed_in, request.now)?))
}

fn main() -> edge::Exit {
    edge::serve_open(refresh)
}
