//! `GET /auth/me` — the caller, with their settings, all that is unread, and whether they moderate.

use chat::view::Me;
use domain::{Code, Result};
use edge::{About, App, Reply, Request};

async fn me(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    Ok(Reply::ok(&chat::me(&app.table, &app.moderators(), who, request.now).await?))
}

fn about() -> About {
    About::rest("GET", "/auth/me", "The caller.")
        .answers::<Me>(200, "the caller")
        .refuses(&[Code::NotFound])
}

fn main() -> edge::Exit {
    edge::serve_rest(about, me)
}
