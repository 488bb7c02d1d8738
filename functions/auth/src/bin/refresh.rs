//! `POST /auth/refresh` — renews a session with its refresh token.
//!
//! Open to everybody who has one. 200 with a session and a new refresh token; 401
//! `refresh_invalid`. A refresh token that was replaced more than a minute ago ends the session.

use auth::SessionBody;
use domain::{Code, Result};
use edge::{About, App, Reply, Request};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
struct Body {
    refresh_token: String,
}

async fn refresh(app: &App, request: &Request) -> Result<Reply> {
    let body: Body = request.json()?;
    let signed_in = chat::refresh(&app.table, request.now, &body.refresh_token).await?;
    Ok(Reply::ok(&auth::session(app, signed_in, request.now).await?))
}

fn about() -> About {
    About::rest("POST", "/auth/refresh", "Renews a session with its refresh token.")
        .body::<Body>()
        .answers::<SessionBody>(200, "the session with a new refresh token")
        .refuses(&[Code::RefreshInvalid, Code::AccountDeactivated])
}

fn main() -> edge::Exit {
    edge::serve_open(about, refresh)
}
