//! `GET /messages/{message_id}/receipts?limit=&cursor=` — who has read a message; in a direct room also
//! whether it has arrived.
//!
//! 200, latest first. Without the sender, the deactivated and those who keep it to themselves.

use chat::Receipts;
use domain::{Code, MessageId, Result};
use edge::{About, App, Limit, Reply, Request};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
struct Query {
    #[serde(default)]
    limit: Limit<50, 100>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

async fn list_receipts(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let id = request.path("message_id")?;
    let query: Query = request.params()?;
    let (limit, cursor) = (query.limit.get(), query.cursor.as_deref());
    let page = chat::list_receipts(&app.table, who, request.now, id, limit, cursor).await?;
    Ok(Reply::ok(&page))
}

fn about() -> About {
    About::rest("GET", "/messages/{message_id}/receipts", "Who has read a message.")
        .notes(
            "Latest first; in a direct room also whether it has arrived. `read_at` and `delivered_at` are \
             exact for a member's newest message and an upper bound for older ones. Of a room with more \
             than 1,000 members, 1,000 are looked at.",
        )
        .path::<MessageId>("message_id")
        .query::<Query>()
        .answers::<Receipts>(200, "the receipts")
        .refuses(&[Code::NotAMember])
}

fn main() -> edge::Exit {
    edge::serve_rest(about, list_receipts)
}
