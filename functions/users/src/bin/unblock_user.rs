//! `DELETE /users/{user_id}/block` — takes a block back.
//!
//! 200, also when there was none.

use chat::Blocked;
use domain::{Result, UserId};
use edge::{About, App, Reply, Request};

async fn unblock_user(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let id = request.path("user_id")?;
    Ok(Reply::ok(&chat::unblock_user(&app.table, app.fanout(), who, request.now, id).await?))
}

fn about() -> About {
    About::rest("DELETE", "/users/{user_id}/block", "Takes a block back.")
        .path::<UserId>("user_id")
        .answers::<Blocked>(200, "not blocked, also when there was no block")
}

fn main() -> edge::Exit {
    edge::serve_rest(about, unblock_user)
}
