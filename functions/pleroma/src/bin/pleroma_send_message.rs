//! `POST /api/v1/pleroma/chats/{chat_id}/messages` — sends a message.
//!
//! 200 with the message. The same `Idempotency-Key` in the same chat sends nothing anew: the first answer comes
//! again, with `idempotent-replayed`; 409 where it has sent something else. 403 where one has blocked the other.

use chat::NewText;
use domain::{MessageBody, Result, RoomId};
use edge::{App, Reply, Request};
use pleroma::{ids, message, pen, problem};
use serde::Deserialize;

#[derive(Deserialize)]
struct Body {
    content: Option<String>,
    media_id: Option<String>,
}

async fn send_message(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let room: RoomId = request.path("chat_id")?;
    let body: Body = request.fields().await?;
    let media = body.media_id.filter(|id| !id.is_empty());
    let attachments: Vec<_> = media.map(|id| ids::media_id(&id)).transpose()?.into_iter().collect();
    let text = body.content.unwrap_or_default();
    if text.trim().is_empty() && attachments.is_empty() {
        return Err(problem::no_content());
    }
    let text = MessageBody::with_files(&text, attachments.len()).map_err(|e| e.at("/content"))?;
    let given = request.header("idempotency-key");
    let key = message::client_key(given, request.header("content-type"));
    let (store, now) = (&app.table, request.now);
    let read_seq = chat::direct_read_seq(store, who, now, room).await?;
    let keyed = key.is_some();
    let new = NewText { room, body: text, reply_to: None, attachments, key };
    let sent = chat::send_message(store, app.fanout(), who, app.send_limit(), now, new).await?;
    let mut shown =
        pen::of_request(app, request, who.user).message(&sent.message, read_seq).await?;
    let given = given.filter(|_| keyed);
    shown.idempotency_key = given.map(str::to_owned);
    let reply = Reply::ok(&shown).rate(sent.rate);
    Ok(match given.filter(|key| sent.replayed && key.bytes().all(|b| (b' '..=b'~').contains(&b))) {
        Some(key) => reply.header("idempotency-key", key).header("idempotent-replayed", "true"),
        None => reply,
    })
}

fn main() -> edge::Exit {
    pleroma::serve(send_message)
}
