//! `urn:cadmium:chats:private:message` (also `urn:cadmium:chats:message`) — sends a message.
//!
//! `{type, content, reply?}` to one user → `{messageID, originServerTimestamp}`. The direct room of the two
//! is opened with the first one. The same `id` on the same connection with the same content is the same
//! request. `banned`, `unknown_user`, `invalid_recipient`, `unknown-host`, `unknown_message`,
//! `invalid_payload`, `ratelimit_exceed`.

use cadmium::{Content, Frame, Refusal, decode, encode, find, open, send_key, serve_frame};
use chat::NewText;
use chat::ports::Typing;
use domain::{Code, MessageBody};
use edge::App;
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Deserialize)]
struct Payload {
    #[serde(rename = "type")]
    kind: String,
    content: Value,
    #[serde(default)]
    reply: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Sent {
    #[serde(rename = "messageID")]
    message_id: String,
    origin_server_timestamp: i64,
}

async fn cadmium_message(app: &App, frame: &Frame<'_>) -> Result<Sent, Refusal> {
    let who = frame.caller(app).await?;
    let Payload { kind, content, reply } = frame.payload()?;
    let content = Content::parse(&kind, content)?;
    let (table, fanout, now) = (&app.table, app.fanout(), frame.call.now);
    let mine = chat::files::sendable(table, who, now, content.files()).await?;
    let (text, attachments) = content.draft(&mine)?;
    let body = MessageBody::with_files(&text, attachments.len());
    let body = body.map_err(|e| Refusal::invalid("content", e.expected))?;
    let with = find(app, frame, who).await?;
    let reply_to = match reply {
        Some(id) => {
            let found = with.room.and_then(|room| decode(room, &id));
            Some(found.ok_or_else(Refusal::unknown_message)?)
        }
        None => None,
    };
    let room = open(app, frame, who, with).await?;
    let connection = &frame.call.connection;
    let key = send_key(connection, &frame.envelope.id).parse().ok();
    let new = NewText { room, body, reply_to, attachments, key };
    let limit = app.send_limit();
    let mut sent = chat::send_message(table, fanout, who, limit, now, new.clone()).await;
    if sent.as_ref().is_err_and(|error| error.code == Code::IdempotencyConflict) {
        // A client that gives every request the same id: this is another one.
        let new = NewText { key: send_key(connection, "").parse().ok(), ..new };
        sent = chat::send_message(table, fanout, who, limit, now, new).await;
    }
    let message = sent?.message;
    // The message has been sent, whatever becomes of the rest: it ends the typing, and is a sign of life.
    let _ = frame.note_spelling(app, who).await;
    let _ = table.stop_typing(who.user, room, now).await;
    let (checks, times) = (app.presence(), app.presence_times());
    let _ = chat::touch(table, checks, times, who, now, connection).await;
    Ok(Sent {
        message_id: encode(message.id),
        origin_server_timestamp: message.created_at.ms().div_euclid(1000),
    })
}

fn main() -> edge::Exit {
    serve_frame(cadmium_message)
}
