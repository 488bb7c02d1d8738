//! `POST /auth/register` — creates an account and signs it in.
//!
//! Open to everybody, unless the operator has closed it: 403 `registration_closed`. 201 with a
//! session; 409 `username_taken`. The names of moderators are reserved: who is to be one registers
//! before the operator says so.

use auth::SessionBody;
use chat::Registration;
use domain::{ChatError, Code, DisplayName, FieldError, Password, Result, Username};
use edge::{About, App, Reply, Request};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
struct Body {
    #[schemars(with = "Username")]
    username: String,
    #[schemars(with = "Password")]
    password: String,
    #[schemars(with = "Option<DisplayName>")]
    display_name: Option<String>,
}

async fn register(app: &App, request: &Request) -> Result<Reply> {
    let body: Body = request.json()?;
    if !app.registration_open() {
        return Err(ChatError::new(Code::RegistrationClosed));
    }
    let display_name = body.display_name.as_deref().map(DisplayName::parse).transpose();
    let new = Registration {
        username: Username::parse(&body.username).map_err(|e| e.at("/username"))?,
        password: Password::parse(body.password).map_err(|e| e.at("/password"))?,
        display_name: display_name.map_err(|e| e.at("/display_name"))?,
    };
    if app.moderators().names(new.username.as_str()) {
        return Err(FieldError::new("/username", "reserved", "is a reserved name").into());
    }
    let signed_in = chat::register(&app.table, request.now, new, request.device()).await?;
    Ok(Reply::created(&auth::session(app, signed_in, request.now).await?))
}

fn about() -> About {
    About::rest("POST", "/auth/register", "Creates an account and signs it in.")
        .body::<Body>()
        .answers::<SessionBody>(201, "the account with its first session")
        .refuses(&[Code::UsernameTaken, Code::RegistrationClosed])
}

fn main() -> edge::Exit {
    edge::serve_open(about, register)
}
