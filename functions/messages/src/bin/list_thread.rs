//! `GET /messages/{message_id}/thread?limit=&before=&after=&order=` — a thread: its root and a page of
//! replies.
//!
//! 200, oldest first unless `order=desc`. The id of a reply leads to the thread it is in. At most one anchor,
//! a reply's id, which may have been deleted.

use chat::{Anchor, Thread};
use domain::{Code, FieldError, MessageId, Result};
use edge::{About, App, Limit, Reply, Request};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
struct Query {
    #[serde(default)]
    limit: Limit<50, 100>,
    /// The page that ends before this reply.
    before: Option<MessageId>,
    /// The page that begins after this reply.
    after: Option<MessageId>,
    #[serde(default)]
    order: Order,
}

/// Which end of the page comes first.
#[derive(Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
enum Order {
    #[default]
    Asc,
    Desc,
}

fn anchor(query: &Query, id: MessageId) -> Result<Anchor> {
    let seq = |name: &'static str, anchor: MessageId| {
        let expected = "must be the id of a message of this room";
        let same = anchor.room == id.room;
        if same { Ok(anchor.seq) } else { Err(FieldError::new(name, "invalid", expected)) }
    };
    Ok(match (query.before, query.after) {
        (Some(_), Some(_)) => {
            let expected = "cannot be combined with another anchor";
            return Err(FieldError::new("after", "exclusive", expected).into());
        }
        (Some(before), None) => Anchor::Before(seq("before", before)?),
        (None, Some(after)) => Anchor::After(seq("after", after)?),
        (None, None) if query.order == Order::Asc => Anchor::Oldest,
        (None, None) => Anchor::Newest,
    })
}

async fn list_thread(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let id = request.path("message_id")?;
    let query: Query = request.params()?;
    let anchor = anchor(&query, id)?;
    let (limit, ascending) = (query.limit.get(), query.order == Order::Asc);
    let thread =
        chat::list_thread(&app.table, who, request.now, id, anchor, limit, ascending).await?;
    Ok(Reply::ok(&thread))
}

fn about() -> About {
    About::rest("GET", "/messages/{message_id}/thread", "A thread: its root and a page of replies.")
        .notes("Oldest first unless `order=desc`. A reply's id leads to the thread it is in.")
        .path::<MessageId>("message_id")
        .query::<Query>()
        .answers::<Thread>(200, "root and replies")
        .refuses(&[Code::NotAMember])
}

fn main() -> edge::Exit {
    edge::serve_rest(about, list_thread)
}
