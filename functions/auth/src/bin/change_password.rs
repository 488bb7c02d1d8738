//! `POST /auth/password` — changes the caller's password and signs out every other device.
//!
//! 200; a wrong current password is a mistake in the field, and five of them within a minute per
//! account and address are 429, together with failed sign-ins.

use chat::PasswordChanged;
use domain::{Code, Password, Result};
use edge::{About, App, Reply, Request};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
struct Body {
    current_password: String,
    #[schemars(with = "Password")]
    new_password: String,
}

async fn change_password(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let body: Body = request.json()?;
    let next = Password::parse(body.new_password).map_err(|e| e.at("/new_password"))?;
    let current = Password::parse(body.current_password).ok();
    let (table, address) = (&app.table, request.address());
    let changed =
        chat::change_password(table, app.fanout(), who, request.now, current, next, address);
    Ok(Reply::ok(&changed.await?))
}

fn about() -> About {
    About::rest("POST", "/auth/password", "Changes the password and signs out every other device.")
        .body::<Body>()
        .answers::<PasswordChanged>(200, "changed")
        .refuses(&[Code::NotFound])
}

fn main() -> edge::Exit {
    edge::serve_rest(about, change_password)
}
