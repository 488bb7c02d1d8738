//! `POST /users/me/deactivate` — takes the caller's account out of use.
//!
//! Answers 200. All sessions end and their sockets are closed; signing in is 403 `account_deactivated`, until
//! `POST /auth/reactivate`. What the account wrote stays under its name; nobody finds it or writes to
//! it directly any more. The rooms it owns pass to their oldest admin, or else member.

use chat::Deactivated;
use domain::{Code, Password, Result};
use edge::{About, App, Reply, Request};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
struct Body {
    password: String,
}

async fn deactivate_me(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let body: Body = request.json()?;
    let password = Password::parse(body.password).ok();
    let (table, fanout, purges) = (&app.table, app.fanout(), app.purges());
    let (now, address) = (request.now, request.address());
    let done = chat::deactivate_me(table, fanout, purges, who, now, password, address);
    Ok(Reply::ok(&done.await?))
}

fn about() -> About {
    About::rest("POST", "/users/me/deactivate", "Takes the caller's account out of use.")
        .body::<Body>()
        .answers::<Deactivated>(200, "out of use; the token has ended")
        .refuses(&[Code::NotFound])
}

fn main() -> edge::Exit {
    edge::serve_rest(about, deactivate_me)
}
