//! `send_message {room_id, content, attachments?, parent_id?, client_id?}` — sends a message.
//!
//! The same use case as `POST /rooms/{room_id}/messages`: same validation, same keys, same rate
//! window. The answer holds the message.

use chat::NewText;
use chat::view::MessageView;
use domain::{AttachmentId, ClientKey, Code, MessageBody, MessageId, Result, RoomId};
use edge::{About, AboutFrame, App, Frame};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Deserialize, JsonSchema)]
struct Fields {
    room_id: RoomId,
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

/// What was sent.
#[derive(Serialize, JsonSchema)]
struct Sent {
    message: MessageView,
    /// Whether an earlier frame with this key had sent it.
    replayed: bool,
}

async fn socket_send_message(app: &App, frame: &Frame) -> Result<Sent> {
    let fields: Fields = frame.fields()?;
    let new = NewText {
        room: fields.room_id,
        body: MessageBody::with_files(&fields.content, fields.attachments.len())
            .map_err(|e| e.at("/content"))?,
        reply_to: fields.parent_message_id,
        attachments: fields.attachments,
        key: fields.client_id,
    };
    let (store, limit) = (&app.table, app.send_limit());
    let sent =
        chat::send_message(store, app.fanout(), frame.principal, limit, frame.now, new).await?;
    Ok(Sent { message: sent.message, replayed: sent.replayed })
}

fn about() -> AboutFrame {
    About::frame("send_message", "Sends a message.").body::<Fields>().answers::<Sent>().refuses(&[
        Code::MessageDeleted,
        Code::NotFound,
        Code::NotAMember,
        Code::Silenced,
        Code::Blocked,
        Code::YouBlockedUser,
        Code::AccountDeactivated,
        Code::IdempotencyConflict,
    ])
}

fn main() -> edge::Exit {
    edge::serve_socket(about, "ack", socket_send_message)
}
