//! `GET /api/v1/pleroma/chats/{chat_id}/messages` — a page of a chat, newest first.
//!
//! 200 with what stands, and `Link`; `max_id`, `since_id`, `min_id`, `limit`.

use domain::{Result, RoomId};
use edge::{App, Reply, Request};
use pleroma::paging::{Paging, links};
use pleroma::{history, ids, pen};

async fn list_messages(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let room: RoomId = request.path("chat_id")?;
    let page = Paging::read(request, |text, name| ids::message_of(text, room, name))?;
    let (store, fanout, now) = (&app.table, app.fanout(), request.now);
    let read_seq = chat::direct_read_seq(store, who, now, room).await?;
    let found = history::fill(page, async |anchor, limit| {
        chat::list_messages(store, fanout, who, now, room, anchor, limit, false).await
    });
    let found = found.await?;
    let pen = pen::of_request(app, request, who.user);
    let mut messages = Vec::with_capacity(found.messages.len());
    for message in &found.messages {
        messages.push(pen.message(message, read_seq).await?);
    }
    let reply = Reply::ok(&messages);
    let (older, newer) = (found.older.map(ids::message_id), found.newer.map(ids::message_id));
    Ok(match links(request, &pen.base, &["limit"], older.as_deref(), newer.as_deref()) {
        Some(links) => reply.header("link", links),
        None => reply,
    })
}

fn main() -> edge::Exit {
    pleroma::serve(list_messages)
}
