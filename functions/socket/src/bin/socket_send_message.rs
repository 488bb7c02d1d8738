//! `send_message {room_id, content, parent_id?, client_id?}` — sends a message.
//!
//! The same use case as `POST /rooms/{room_id}/messages`: same validation, same keys, same rate
//! window. The answer holds the message.

use chat::NewText;
use domain::{ClientKey, MessageBody, MessageId, Result, RoomId};
use edge::{App, Frame};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Fields {
    room_id: RoomId,
    content: String,
    #[serde(alias = "parent_id")]
    parent_message_id: Option<MessageId>,
    client_id: Option<ClientKey>,
}

async fn socket_send_message(app: &App, frame: &Frame) -> Result<Value> {
    let fields: Fields = frame.fields()?;
    let new = NewText {
        room: fields.room_id,
        body: MessageBody::parse(&fields.content).map_err(|e| e.at("/content"))?,
        reply_to: fields.parent_message_id,
        key: fields.client_id,
    };
    let (store, limit) = (&app.table, app.send_limit());
    let sent =
        chat::send_message(store, app.fanout(), frame.principal, limit, frame.now, new).await?;
    Ok(json!({"message": sent.message, "replayed": sent.replayed}))
}

fn main() -> edge::Exit {
    edge::serve_socket("ack", socket_send_message)
}
