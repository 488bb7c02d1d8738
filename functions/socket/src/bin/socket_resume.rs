//! `resume {rooms: {room_id: last seq held}}` — what was missed, in order.
//!
//! With no rooms: where every room of the user stands.

use chat::Resumed;
use domain::{Result, RoomId};
use edge::{About, AboutFrame, App, Frame};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize, JsonSchema)]
struct Fields {
    #[serde(default)]
    rooms: BTreeMap<RoomId, u64>,
}

async fn socket_resume(app: &App, frame: &Frame) -> Result<Resumed> {
    let Fields { rooms } = frame.fields()?;
    chat::resume(&app.table, frame.principal, frame.now, rooms).await
}

fn about() -> AboutFrame {
    About::frame("resume", "What was missed, in order.").body::<Fields>().answers::<Resumed>()
}

fn main() -> edge::Exit {
    edge::serve_socket(about, "ack", socket_resume)
}
