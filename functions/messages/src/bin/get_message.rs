//! `GET /messages/{message_id}` — one message of a room the caller is in, or its tombstone.

use domain::Result;
use edge::{App, Reply, Request};

async fn get_message(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let id = request.path("message_id")?;
    Ok(Reply::ok(&chat::get_message(&app.table, who, request.now, id).await?))
}

fn main() -> edge::Exit {
    edge::serve_rest(get_message)
}
