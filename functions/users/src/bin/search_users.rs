//! `GET /users/search?q=&limit=` — finds users by the start of their name, then by part of what they
//! are shown as.

use domain::{FieldError, Result};
use edge::{App, Reply, Request};
use serde_json::json;

async fn search_users(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let limit = request.limit(10, 25)?;
    let q = request.query("q").map(str::trim).unwrap_or_default();
    if !(1..=50).contains(&q.chars().count()) {
        return Err(FieldError::new("q", "invalid", "must be 1-50 characters").into());
    }
    let users = chat::search_users(&app.table, who, request.now, q, limit).await?;
    Ok(Reply::ok(&json!({"users": users})))
}

fn main() -> edge::Exit {
    edge::serve_rest(search_users)
}
