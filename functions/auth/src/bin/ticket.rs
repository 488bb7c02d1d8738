//! `POST /auth/ticket` — a ticket for one socket within 30 seconds, so that no token stands in an
//! address.

use domain::Result;
use edge::{App, Reply, Request};
use serde_json::json;

async fn ticket(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let (ticket, expires_at) = chat::ask_ticket(&app.table, who, request.now).await?;
    let expires_in = expires_at.since_ms(request.now) / 1000;
    Ok(Reply::created(
        &json!({"ticket": ticket, "expires_at": expires_at, "expires_in": expires_in}),
    ))
}

fn main() -> edge::Exit {
    edge::serve_rest(ticket)
}
