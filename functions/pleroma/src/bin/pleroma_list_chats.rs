//! `GET /api/v1/pleroma/chats`, also `GET /api/v2/pleroma/chats` — the caller's chats, latest message first.
//!
//! 200 with chats: by the first version all of them, unless something is said about a page; by the second one
//! always a page, with `Link`.

use chat::DirectPage;
use domain::{FieldError, Result, RoomId};
use edge::{App, Reply, Request};
use pleroma::chats::says_yes;
use pleroma::paging::{Paging, links};
use pleroma::pen;

/// Parameters that other pages keep.
const KEPT: [&str; 3] = ["limit", "with_muted", "pinned"];

fn chat_id(text: &str, name: &'static str) -> Result<RoomId, FieldError> {
    text.parse().map_err(|_| FieldError::new(name, "invalid", "must be the id of a chat"))
}

async fn list_chats(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let asked = Paging::read(request, chat_id)?;
    let paged = asked.asked || request.raw_path().starts_with("/api/v2/");
    let page = DirectPage {
        after: asked.older_than,
        before: asked.newer_than,
        nearest: asked.nearest,
        offset: asked.offset,
        // No chat is pinned.
        limit: match says_yes(request.query("pinned")) {
            true => 0,
            false if paged => asked.limit,
            false => usize::MAX,
        },
    };
    let rooms = chat::list_direct_rooms(&app.table, who, request.now, page).await?;
    let pen = pen::of_request(app, request, who.user);
    let reply = Reply::ok(&pen.chats(&rooms).await?);
    let id = |room: Option<&chat::view::RoomView>| room.map(|room| room.id.to_string());
    let (first, last) = (id(rooms.first()), id(rooms.last()));
    let links = links(request, &pen.base, &KEPT, last.as_deref(), first.as_deref());
    Ok(match links.filter(|_| paged) {
        Some(links) => reply.header("link", links),
        None => reply,
    })
}

fn main() -> edge::Exit {
    pleroma::serve(list_chats)
}
