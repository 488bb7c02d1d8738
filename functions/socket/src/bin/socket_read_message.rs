//! `read_message {message_id}` — moves the read mark forward, up to this message.

use chat::view::ReadState;
use domain::{MessageId, Result};
use edge::{App, Frame};
use serde::Deserialize;

#[derive(Deserialize)]
struct Fields {
    message_id: MessageId,
}

async fn socket_read_message(app: &App, frame: &Frame) -> Result<ReadState> {
    let Fields { message_id } = frame.fields()?;
    chat::read_message(&app.table, app.fanout(), frame.principal, frame.now, message_id).await
}

fn main() -> edge::Exit {
    edge::serve_socket("ack", socket_read_message)
}
