//! `DELETE /messages/{message_id}/reactions/{emoji}` — takes back one's own reaction.
//!
//! 200; 404 `reaction_not_found` where there is none. The emoji comes percent-encoded, with or
//! without its variation selector.

use chat::Reactions;
use domain::{ChatError, Code, Emoji, MessageId, Result};
use edge::{About, App, Reply, Request};

async fn remove_reaction(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let id = request.path("message_id")?;
    let emoji = Emoji::parse(&request.path_text("emoji"));
    let emoji = emoji.map_err(|_| ChatError::new(Code::ReactionNotFound))?;
    let done = chat::remove_reaction(&app.table, app.fanout(), who, request.now, id, emoji).await?;
    Ok(Reply::ok(&done))
}

fn about() -> About {
    About::rest(
        "DELETE",
        "/messages/{message_id}/reactions/{emoji}",
        "Takes back one's own reaction.",
    )
    .path::<MessageId>("message_id")
    .path::<Emoji>("emoji")
    .answers::<Reactions>(200, "taken back")
    .refuses(&[
        Code::NotAMember,
        Code::Silenced,
        Code::Blocked,
        Code::YouBlockedUser,
        Code::AccountDeactivated,
        Code::MessageDeleted,
        Code::ReactionNotFound,
    ])
}

fn main() -> edge::Exit {
    edge::serve_rest(about, remove_reaction)
}
