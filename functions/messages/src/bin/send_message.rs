//! `POST /rooms/{room_id}/messages` — sends a message.
//!
//! 201 with the message; 200 and `Idempotent-Replay: true` when the key (`client_id` or
//! `Idempotency-Key`) has sent it before, 409 `idempotency_conflict` when it has sent something
//! else. 429 beyond 10 messages in 10 s.

use chat::NewText;
use domain::{ClientKey, MessageBody, MessageId, Result};
use edge::{App, Reply, Request};
use serde::Deserialize;

#[derive(Deserialize)]
struct Body {
    content: String,
    #[serde(alias = "parent_id")]
    parent_message_id: Option<MessageId>,
    client_id: Option<ClientKey>,
}

async fn send_message(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let room = request.path("room_id")?;
    let body: Body = request.json()?;
    let new = NewText {
        room,
        body: MessageBody::parse(&body.content).map_err(|e| e.at("/content"))?,
        reply_to: body.parent_message_id,
        key: request.idempotency_key()?.or(body.client_id),
    };
    let (store, limit) = (&app.table, app.send_limit());
    let sent = chat::send_message(store, app.fanout(), who, limit, request.now, new).await?;
    Ok(if sent.replayed {
        Reply::ok(&sent.message).header("idempotent-replay", "true")
    } else {
        let location = format!("/messages/{}", sent.message.id);
        Reply::created(&sent.message).header("location", location).rate(sent.rate)
    })
}

fn main() -> edge::Exit {
    edge::serve_rest(send_message)
}
