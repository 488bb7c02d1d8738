//! `DELETE /messages/{message_id}` — leaves a tombstone: the sender, an admin, the owner.
//!
//! 200 with the tombstone, also the second time.

use domain::Result;
use edge::{App, Reply, Request};
use serde_json::json;

async fn delete_message(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let id = request.path("message_id")?;
    let message = chat::delete_message(&app.table, app.fanout(), who, request.now, id).await?;
    Ok(Reply::ok(&json!({"message": message})))
}

fn main() -> edge::Exit {
    edge::serve_rest(delete_message)
}
