//! `GET /messages/{message_id}/reactions?emoji=&limit=&cursor=` — who reacted with what.
//!
//! 200, in order of the emoji's first use, then by user. With `emoji` only that one.

use chat::ReactionPage;
use domain::{Code, Emoji, MessageId, Result};
use edge::{About, App, Limit, Reply, Request};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
struct Query {
    /// Only reactions with this emoji.
    emoji: Option<String>,
    #[serde(default)]
    limit: Limit<50, 100>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

async fn list_reactions(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let id = request.path("message_id")?;
    let query: Query = request.params()?;
    let emoji = query.emoji.as_deref().filter(|text| !text.is_empty());
    let emoji = emoji.map(Emoji::parse).transpose().map_err(|e| e.at("emoji"))?;
    let (limit, cursor) = (query.limit.get(), query.cursor.as_deref());
    let page = chat::list_reactions(&app.table, who, request.now, id, emoji, limit, cursor).await?;
    Ok(Reply::ok(&page))
}

fn about() -> About {
    About::rest("GET", "/messages/{message_id}/reactions", "Who reacted with what.")
        .notes("In order of the emoji's first use, then by user.")
        .path::<MessageId>("message_id")
        .query::<Query>()
        .answers::<ReactionPage>(200, "the reactions")
        .refuses(&[Code::NotAMember])
}

fn main() -> edge::Exit {
    edge::serve_rest(about, list_reactions)
}
