//! `POST /auth/reactivate` — takes a deactivated account back into use and signs in.
//!
//! Open to everybody, like the sign-in, and with the same answers; an account that is in use is just
//! signed in to. Rooms that have passed to somebody else stay theirs.

use auth::SessionBody;
use chat::SignIn;
use domain::{ChatError, Code, Password, Result};
use edge::{About, App, Reply, Request};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
struct Body {
    username: String,
    password: String,
}

async fn reactivate(app: &App, request: &Request) -> Result<Reply> {
    let body: Body = request.json()?;
    // A password that nobody can have is a wrong one.
    let password = Password::parse(body.password);
    let password = password.map_err(|_| ChatError::new(Code::InvalidCredentials))?;
    let new = SignIn {
        username: &body.username,
        password,
        address: request.address(),
        device: request.device(),
    };
    let signed_in = chat::reactivate(&app.table, app.fanout(), request.now, new).await?;
    Ok(Reply::ok(&auth::session(app, signed_in, request.now).await?))
}

fn about() -> About {
    About::rest("POST", "/auth/reactivate", "Takes a deactivated account back into use.")
        .body::<Body>()
        .answers::<SessionBody>(200, "a new session")
        .refuses(&[Code::InvalidCredentials, Code::AccountDeactivated])
}

fn main() -> edge::Exit {
    edge::serve_open(about, reactivate)
}
