//! `POST /auth/logout` — ends the caller's session; its tokens and sockets stop at once.

use chat::LoggedOut;
use domain::Result;
use edge::{About, App, Reply, Request};

async fn logout(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    chat::logout(&app.table, app.fanout(), who, request.now).await?;
    Ok(Reply::ok(&LoggedOut { logged_out: true }))
}

fn about() -> About {
    About::rest("POST", "/auth/logout", "Ends the session; its tokens and sockets stop at once.")
        .answers::<LoggedOut>(200, "it has ended")
}

fn main() -> edge::Exit {
    edge::serve_rest(about, logout)
}
