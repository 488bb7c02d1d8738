//! `GET /users/search?q=&limit=` — finds users by the start of their name, then by part of what they
//! are shown as.

use chat::view::UserView;
use domain::{FieldError, Result};
use edge::{About, App, Limit, Reply, Request};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Deserialize, JsonSchema)]
struct Query {
    #[schemars(length(min = 1, max = 50))]
    q: String,
    #[serde(default)]
    limit: Limit<10, 25>,
}

/// Users that were found.
#[derive(Serialize, JsonSchema)]
struct Users {
    users: Vec<UserView>,
}

async fn search_users(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let Query { q, limit } = request.params()?;
    let q = q.trim();
    if !(1..=50).contains(&q.chars().count()) {
        return Err(FieldError::new("q", "invalid", "must be 1-50 characters").into());
    }
    let users = chat::search_users(&app.table, who, request.now, q, limit.get()).await?;
    Ok(Reply::ok(&Users { users }))
}

fn about() -> About {
    About::rest("GET", "/users/search", "Finds users by name.")
        .notes("By the start of the username, then by part of what they are shown as.")
        .query::<Query>()
        .answers::<Users>(200, "those found")
}

fn main() -> edge::Exit {
    edge::serve_rest(about, search_users)
}
