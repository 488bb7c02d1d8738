//! `GET /auth/me` — the caller.

use chat::view::UserView;
use domain::Result;
use edge::{About, App, Reply, Request};

async fn me(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    Ok(Reply::ok(&chat::get_user(&app.table, who, request.now, who.user).await?))
}

fn about() -> About {
    About::rest("GET", "/auth/me", "The caller.").answers::<UserView>(200, "the caller")
}

fn main() -> edge::Exit {
    edge::serve_rest(about, me)
}
