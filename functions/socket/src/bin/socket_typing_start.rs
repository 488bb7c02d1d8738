//! `typing_start {room_id}` — tells the room that somebody writes, at most once in three seconds.

use domain::{Result, RoomId};
use edge::{App, Frame};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Fields {
    room_id: RoomId,
}

async fn socket_typing_start(app: &App, frame: &Frame) -> Result<Value> {
    let Fields { room_id } = frame.fields()?;
    chat::start_typing(&app.table, app.fanout(), frame.principal, frame.now, room_id).await?;
    Ok(json!({}))
}

fn main() -> edge::Exit {
    edge::serve_socket("ack", socket_typing_start)
}
