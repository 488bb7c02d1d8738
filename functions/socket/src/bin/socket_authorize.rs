//! Authorizer of `$connect` — whose socket this will be.
//!
//! Takes a token (header, subprotocol, `?token=`) or a one-use ticket (`?ticket=`). What it finds
//! comes with every later event of the connection, so frames need no token of their own.

use chat::Principal;
use domain::{Result, Timestamp};
use edge::App;

async fn by_ticket(app: &App, ticket: &str, now: Timestamp) -> Result<Principal> {
    chat::use_ticket(&app.table, now, ticket).await
}

async fn standing(app: &App, who: Principal, now: Timestamp) -> Result<()> {
    chat::check_session(&app.table, who, now).await
}

fn main() -> edge::Exit {
    edge::serve_authorizer(by_ticket, standing)
}
