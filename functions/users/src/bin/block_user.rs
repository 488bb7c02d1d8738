//! `PUT /users/{user_id}/block` — blocks a user.
//!
//! 200, also the second time. No direct messages either way from now on; in rooms that both are in,
//! messages are still delivered, and the blocked hears of neither typing, presence nor profile.
//! Nobody is told but the caller's own devices.

use chat::Blocked;
use domain::{Code, Result, UserId};
use edge::{About, App, Reply, Request};

async fn block_user(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let id = request.path("user_id")?;
    Ok(Reply::ok(&chat::block_user(&app.table, app.fanout(), who, request.now, id).await?))
}

fn about() -> About {
    About::rest("PUT", "/users/{user_id}/block", "Blocks a user.")
        .path::<UserId>("user_id")
        .answers::<Blocked>(200, "blocked, also the second time")
        .refuses(&[Code::ValidationFailed])
}

fn main() -> edge::Exit {
    edge::serve_rest(about, block_user)
}
