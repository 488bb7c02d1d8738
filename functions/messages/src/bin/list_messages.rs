//! `GET /rooms/{room_id}/messages?limit=&before=&after=&around=&order=` — a page of a room.
//!
//! 200, newest first unless `order=asc`. At most one anchor, a message id of this room, which may
//! have been deleted.

use chat::{Anchor, Messages};
use domain::{Code, FieldError, MessageId, Result, RoomId};
use edge::{About, App, Limit, Reply, Request};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
struct Query {
    #[serde(default)]
    limit: Limit<50, 100>,
    /// The page that ends before this message.
    before: Option<MessageId>,
    /// The page that begins after this message.
    after: Option<MessageId>,
    /// The page with this message in its middle.
    around: Option<MessageId>,
    #[serde(default)]
    order: Order,
}

/// Which end of the page comes first.
#[derive(Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
enum Order {
    Asc,
    #[default]
    Desc,
}

/// The anchor's name, its place, and what it means.
fn anchor(query: &Query, room: RoomId) -> Result<Anchor> {
    let mut found = None;
    for (name, id, meaning) in [
        ("before", query.before, Anchor::Before as fn(u64) -> Anchor),
        ("after", query.after, Anchor::After),
        ("around", query.around, Anchor::Around),
    ] {
        let Some(id) = id else { continue };
        if id.room != room {
            let expected = "must be the id of a message of this room";
            return Err(FieldError::new(name, "invalid", expected).into());
        }
        if found.is_some() {
            let expected = "cannot be combined with another anchor";
            return Err(FieldError::new(name, "exclusive", expected).into());
        }
        found = Some(meaning(id.seq));
    }
    Ok(found.unwrap_or(match query.order {
        Order::Asc => Anchor::Oldest,
        Order::Desc => Anchor::Newest,
    }))
}

async fn list_messages(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let room = request.path("room_id")?;
    let query: Query = request.params()?;
    let anchor = anchor(&query, room)?;
    let (limit, ascending) = (query.limit.get(), query.order == Order::Asc);
    let page =
        chat::list_messages(&app.table, who, request.now, room, anchor, limit, ascending).await?;
    Ok(Reply::ok(&page))
}

fn about() -> About {
    About::rest("GET", "/rooms/{room_id}/messages", "A page of a room.")
        .notes("Newest first unless `order=asc`. At most one anchor, which may have been deleted.")
        .path::<RoomId>("room_id")
        .query::<Query>()
        .answers::<Messages>(200, "the page")
        .refuses(&[Code::NotAMember])
}

fn main() -> edge::Exit {
    edge::serve_rest(about, list_messages)
}
