//! `DELETE /messages/{message_id}/reactions/{emoji}` — takes back one's own reaction.
//!
//! 200; 404 `reaction_not_found` where there is none. The emoji comes percent-encoded, with or
//! without its variation selector.

use domain::{ChatError, Code, Emoji, Result};
use edge::{App, Reply, Request};

async fn remove_reaction(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let id = request.path("message_id")?;
    let emoji = Emoji::parse(&request.path_text("emoji"));
    let emoji = emoji.map_err(|_| ChatError::new(Code::ReactionNotFound))?;
    let done = chat::remove_reaction(&app.table, app.fanout(), who, request.now, id, emoji).await?;
    Ok(Reply::ok(&done))
}

fn main() -> edge::Exit {
    edge::serve_rest(remove_reaction)
}
