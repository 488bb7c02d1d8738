//! `DELETE /push/subscriptions/{subscription_id}` — takes one of the caller's devices off Web Push.
//!
//! 200; 404 if the caller has registered none of that id.

use chat::Deleted;
use domain::{PushId, Result};
use edge::{About, App, Reply, Request};

async fn delete_push_subscription(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let id = request.path("subscription_id")?;
    Ok(Reply::ok(&chat::delete_push_subscription(&app.table, who, request.now, id).await?))
}

fn about() -> About {
    About::rest("DELETE", "/push/subscriptions/{subscription_id}", "Takes a device off Web Push.")
        .path::<PushId>("subscription_id")
        .answers::<Deleted>(200, "nothing is pushed there any more")
}

fn main() -> edge::Exit {
    edge::serve_rest(about, delete_push_subscription)
}
