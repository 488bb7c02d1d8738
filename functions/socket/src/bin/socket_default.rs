//! `$default` — a frame that is no JSON object or names no known type.
//!
//! Answered with an `error` frame; the tenth on a connection closes it.

use domain::{FieldError, Result};
use edge::{App, Frame};
use serde::Deserialize;

#[derive(Deserialize)]
struct Typed {
    #[serde(rename = "type")]
    _kind: String,
}

async fn socket_default(app: &App, frame: &Frame) -> Result<()> {
    chat::refuse_frame(&app.table, app.sockets(), frame.principal, &frame.connection).await?;
    let Typed { .. } = frame.whole()?;
    Err(FieldError::new("/type", "invalid", "is not a known type of frame").into())
}

fn main() -> edge::Exit {
    edge::serve_unknown_frame("ack", socket_default)
}
