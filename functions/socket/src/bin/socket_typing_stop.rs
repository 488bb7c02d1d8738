//! `typing_stop {room_id}` — tells the room that they have stopped.

use domain::{Code, Result, RoomId};
use edge::{About, AboutFrame, App, Frame, Nothing};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
struct Fields {
    room_id: RoomId,
}

async fn socket_typing_stop(app: &App, frame: &Frame) -> Result<Nothing> {
    let Fields { room_id } = frame.fields()?;
    chat::stop_typing(&app.table, app.fanout(), frame.principal, frame.now, room_id).await?;
    Ok(Nothing {})
}

fn about() -> AboutFrame {
    About::frame("typing_stop", "Tells the room that they have stopped.")
        .body::<Fields>()
        .answers::<Nothing>()
        .refuses(&[Code::NotFound, Code::NotAMember])
}

fn main() -> edge::Exit {
    edge::serve_socket(about, "ack", socket_typing_stop)
}
