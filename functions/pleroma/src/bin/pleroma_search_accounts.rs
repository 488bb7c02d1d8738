//! `GET /api/v1/accounts/search?q=&limit=` — finds people by the start of their name, then by part of what they
//! are shown as.
//!
//! 200 with accounts. A leading `@` and a server's name behind another one are passed over.

use domain::{FieldError, Result};
use edge::{App, Limit, Reply, Request};
use pleroma::account::Account;
use serde::Deserialize;

#[derive(Deserialize)]
struct Query {
    q: String,
    #[serde(default)]
    limit: Limit<25, 25>,
}

async fn search_accounts(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let Query { q, limit } = request.params()?;
    let name = q.trim().trim_start_matches('@');
    let name = name.split('@').next().unwrap_or_default();
    if !(1..=50).contains(&name.chars().count()) {
        return Err(FieldError::new("q", "invalid", "must be 1-50 characters").into());
    }
    let users = chat::search_users(&app.table, who, request.now, name, limit.get()).await?;
    let base = pleroma::base(app, request);
    let accounts: Vec<Account> =
        users.iter().map(|user| Account::of_profile(user, &base)).collect();
    Ok(Reply::ok(&accounts))
}

fn main() -> edge::Exit {
    pleroma::serve(search_accounts)
}
