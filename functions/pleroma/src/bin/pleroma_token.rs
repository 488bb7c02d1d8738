//! `POST /oauth/token` — signs in with name and password, or renews with a refresh token.
//!
//! Open to everybody. 200 with a token of this face and its scopes; 400 for other grants, and alike for an
//! unknown name and a wrong password; 429 after five failures within a minute per account and address.

use chat::SignIn;
use domain::{ChatError, Code, FieldError, Password, Result};
use edge::{App, Reply, Request};
use pleroma::oauth;
use serde::Deserialize;

#[derive(Deserialize)]
struct Body {
    grant_type: String,
    username: Option<String>,
    password: Option<String>,
    refresh_token: Option<String>,
    scope: Option<String>,
}

async fn token(app: &App, request: &Request) -> Result<Reply> {
    let body: Body = request.fields().await?;
    let given = |field: &Option<String>, name: &'static str| {
        field
            .clone()
            .ok_or_else(|| ChatError::from(FieldError::new(name, "required", "is required")))
    };
    let signed_in = match body.grant_type.as_str() {
        "password" => {
            let username = given(&body.username, "/username")?;
            // A password that nobody can have is a wrong one.
            let password = Password::parse(given(&body.password, "/password")?);
            let password = password.map_err(|_| ChatError::new(Code::InvalidCredentials))?;
            let (address, device) = (request.address(), request.device());
            let new = SignIn { username: &username, password, address, device };
            chat::login(&app.table, request.now, new).await?
        }
        "refresh_token" => {
            let token = given(&body.refresh_token, "/refresh_token")?;
            chat::refresh(&app.table, request.now, oauth::refresh_token(&token)?).await?
        }
        _ => {
            let expected = "must be password or refresh_token";
            return Err(FieldError::new("/grant_type", "invalid", expected).into());
        }
    };
    let wanted = body.scope.as_deref().unwrap_or_default();
    let base = pleroma::base(app, request);
    Ok(Reply::ok(&oauth::token(app, signed_in, wanted, &base, request.now).await?))
}

fn main() -> edge::Exit {
    pleroma::serve_open(token)
}
