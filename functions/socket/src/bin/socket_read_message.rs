//! `read_message {message_id}` — moves the read mark forward, up to this message.

use chat::view::ReadState;
use domain::{Code, MessageId, Result};
use edge::{About, AboutFrame, App, Frame};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
struct Fields {
    message_id: MessageId,
}

async fn socket_read_message(app: &App, frame: &Frame) -> Result<ReadState> {
    let Fields { message_id } = frame.fields()?;
    chat::read_message(&app.table, app.fanout(), frame.principal, frame.now, message_id).await
}

fn about() -> AboutFrame {
    About::frame("read_message", "Moves the read mark forward, up to this message.")
        .body::<Fields>()
        .answers::<ReadState>()
        .refuses(&[Code::NotFound, Code::NotAMember])
}

fn main() -> edge::Exit {
    edge::serve_socket(about, "ack", socket_read_message)
}
