//! `POST /rooms/{room_id}/messages` — sends a message.
//!
//! 201 with the message; 200 and `Idempotent-Replay: true` when the key (`client_id` or
//! `Idempotency-Key`) has sent it before, 409 `idempotency_conflict` when it has sent something
//! else. 429 beyond 10 messages in 10 s.

use chat::NewText;
use chat::view::MessageView;
use domain::{AttachmentId, ClientKey, Code, MessageBody, MessageId, Result, RoomId};
use edge::{About, App, Reply, Request};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
struct Body {
    /// May be empty where files go with it.
    #[serde(default)]
    #[schemars(length(max = 10_000))]
    content: String,
    /// Files of one's own, clean and unused.
    #[serde(default)]
    #[schemars(length(max = 10))]
    attachments: Vec<AttachmentId>,
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
        body: MessageBody::with_files(&body.content, body.attachments.len())
            .map_err(|e| e.at("/content"))?,
        reply_to: body.parent_message_id,
        attachments: body.attachments,
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

fn about() -> About {
    About::rest("POST", "/rooms/{room_id}/messages", "Sends a message.")
        .notes("A repeat with the same key, `client_id` or `Idempotency-Key`, sends nothing anew.")
        .path::<RoomId>("room_id")
        .takes_header::<ClientKey>("Idempotency-Key", "the key of this request")
        .body::<Body>()
        .answers::<MessageView>(201, "sent")
        .header("Location", "the path of the message")
        .header("X-RateLimit-Limit", "messages in a window")
        .header("X-RateLimit-Remaining", "messages left in this window")
        .header("X-RateLimit-Reset-After", "seconds, with fraction, until one more is left")
        .answers::<MessageView>(200, "this key has sent it before")
        .header("Idempotent-Replay", "`true`")
        .refuses(&[
            Code::MessageDeleted,
            Code::NotAMember,
            Code::Silenced,
            Code::Blocked,
            Code::YouBlockedUser,
            Code::AccountDeactivated,
            Code::IdempotencyConflict,
        ])
}

fn main() -> edge::Exit {
    edge::serve_rest(about, send_message)
}
