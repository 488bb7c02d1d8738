//! `GET /rooms/{room_id}/messages?limit=&before=&after=&around=&order=` — a page of a room.
//!
//! 200, newest first unless `order=asc`. At most one anchor, a message id of this room, which may
//! have been deleted.

use chat::Anchor;
use domain::{FieldError, MessageId, Result, RoomId};
use edge::{App, Reply, Request};

/// The anchor's name, its place, and what it means.
fn anchor(request: &Request, room: RoomId, ascending: bool) -> Result<Anchor> {
    let mut found = None;
    for (name, meaning) in [
        ("before", Anchor::Before as fn(u64) -> Anchor),
        ("after", Anchor::After),
        ("around", Anchor::Around),
    ] {
        let expected = "must be the id of a message of this room";
        let Some(id) = request.query_as::<MessageId>(name, expected)? else { continue };
        if id.room != room {
            return Err(FieldError::new(name, "invalid", expected).into());
        }
        if found.is_some() {
            let expected = "cannot be combined with another anchor";
            return Err(FieldError::new(name, "exclusive", expected).into());
        }
        found = Some(meaning(id.seq));
    }
    Ok(found.unwrap_or(if ascending { Anchor::Oldest } else { Anchor::Newest }))
}

async fn list_messages(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let room = request.path("room_id")?;
    let limit = request.limit(50, 100)?;
    let ascending = match request.query("order") {
        None | Some("desc") => false,
        Some("asc") => true,
        Some(_) => return Err(FieldError::new("order", "invalid", "must be asc or desc").into()),
    };
    let anchor = anchor(request, room, ascending)?;
    let page =
        chat::list_messages(&app.table, who, request.now, room, anchor, limit, ascending).await?;
    Ok(Reply::ok(&page))
}

fn main() -> edge::Exit {
    edge::serve_rest(list_messages)
}
