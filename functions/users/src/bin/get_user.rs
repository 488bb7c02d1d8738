//! `GET /users/{user_id}` — a user's profile; `me` is oneself.

use domain::Result;
use edge::{App, Reply, Request};

async fn get_user(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let id = match request.path_text("user_id").as_str() {
        "me" => who.user,
        _ => request.path("user_id")?,
    };
    Ok(Reply::ok(&chat::get_user(&app.table, who, request.now, id).await?))
}

fn main() -> edge::Exit {
    edge::serve_rest(get_user)
}
