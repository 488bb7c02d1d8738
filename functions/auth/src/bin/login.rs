//! `POST /auth/login` — signs in with name and password.
//!
//! Open to everybody. 200 with a session; the same 401 `invalid_credentials` for an unknown name
//! and a wrong password; 429 after five failures within a minute per account and address.

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

async fn login(app: &App, request: &Request) -> Result<Reply> {
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
    let signed_in = chat::login(&app.table, request.now, new).await?;
    Ok(Reply::ok(&auth::session(app, signed_in, request.now).await?))
}

fn about() -> About {
    About::rest("POST", "/auth/login", "Signs in with name and password.")
        .body::<Body>()
        .answers::<SessionBody>(200, "a new session")
        .refuses(&[Code::InvalidCredentials, Code::AccountDeactivated])
}

fn main() -> edge::Exit {
    edge::serve_open(about, login)
}
