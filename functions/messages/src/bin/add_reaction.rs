//! `POST /messages/{message_id}/reactions` — reacts with one emoji.
//!
//! 201 the first time, 200 with the same body and no second event after that.

use domain::{Emoji, Result};
use edge::{App, Reply, Request};
use serde::Deserialize;

#[derive(Deserialize)]
struct Body {
    emoji: String,
}

async fn add_reaction(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let id = request.path("message_id")?;
    let body: Body = request.json()?;
    let emoji = Emoji::parse(&body.emoji)?;
    let done = chat::add_reaction(&app.table, app.fanout(), who, request.now, id, emoji).await?;
    Ok(if done.fresh { Reply::created(&done) } else { Reply::ok(&done) })
}

fn main() -> edge::Exit {
    edge::serve_rest(add_reaction)
}
