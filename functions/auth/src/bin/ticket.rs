//! `POST /auth/ticket` — a ticket for one socket within 30 seconds, so that no token stands in an
//! address.

use domain::{Result, Timestamp};
use edge::{About, App, Reply, Request};
use schemars::JsonSchema;
use serde::Serialize;

/// Opens one socket, as `?ticket=`.
#[derive(Serialize, JsonSchema)]
struct Ticket {
    ticket: String,
    expires_at: Timestamp,
    /// Seconds.
    expires_in: i64,
}

async fn ticket(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let (ticket, expires_at) = chat::ask_ticket(&app.table, who, request.now).await?;
    let expires_in = expires_at.since_ms(request.now) / 1000;
    Ok(Reply::created(&Ticket { ticket, expires_at, expires_in }))
}

fn about() -> About {
    About::rest("POST", "/auth/ticket", "A ticket for one socket, to be used within 30 seconds.")
        .answers::<Ticket>(201, "the ticket")
}

fn main() -> edge::Exit {
    edge::serve_rest(about, ticket)
}
