//! `GET /users/{user_id}` — a user's profile; `me` is oneself.

use chat::view::UserView;
use domain::{Result, UserId};
use edge::{About, App, Reply, Request};
use schemars::JsonSchema;

/// Whose profile.
#[derive(JsonSchema)]
#[serde(untagged)]
#[schemars(inline)]
#[allow(dead_code, reason = "only described")]
enum Whom {
    Id(UserId),
    Me(Me),
}

/// Oneself.
#[derive(JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
#[allow(dead_code, reason = "only described")]
enum Me {
    Me,
}

async fn get_user(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let id = match request.path_text("user_id").as_str() {
        "me" => who.user,
        _ => request.path("user_id")?,
    };
    Ok(Reply::ok(&chat::get_user(&app.table, who, request.now, id).await?))
}

fn about() -> About {
    About::rest("GET", "/users/{user_id}", "A user's profile; `me` is oneself.")
        .path::<Whom>("user_id")
        .answers::<UserView>(200, "the user")
}

fn main() -> edge::Exit {
    edge::serve_rest(about, get_user)
}
