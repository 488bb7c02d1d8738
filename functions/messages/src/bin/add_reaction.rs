//! `POST /messages/{message_id}/reactions` — reacts with one emoji.
//!
//! 201 the first time, 200 with the same body and no second event after that.

use chat::Reactions;
use domain::{Code, Emoji, MessageId, Result};
use edge::{About, App, Reply, Request};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
struct Body {
    #[schemars(with = "Emoji")]
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

fn about() -> About {
    About::rest("POST", "/messages/{message_id}/reactions", "Reacts with one emoji.")
        .path::<MessageId>("message_id")
        .body::<Body>()
        .answers::<Reactions>(201, "added")
        .answers::<Reactions>(200, "it was there")
        .refuses(&[
            Code::NotAMember,
            Code::Silenced,
            Code::Blocked,
            Code::YouBlockedUser,
            Code::AccountDeactivated,
            Code::MessageDeleted,
            Code::MessageNotReactable,
            Code::TooManyReactions,
        ])
}

fn main() -> edge::Exit {
    edge::serve_rest(about, add_reaction)
}
