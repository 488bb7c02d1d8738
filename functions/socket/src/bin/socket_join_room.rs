//! `join_room {room_id}` — subscribes to a room for this connection. Membership stays as it is.

use domain::{Result, RoomId};
use edge::{App, Frame};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Fields {
    room_id: RoomId,
}

async fn socket_join_room(app: &App, frame: &Frame) -> Result<Value> {
    let Fields { room_id } = frame.fields()?;
    let (who, connection) = (frame.principal, &frame.connection);
    let last_seq = chat::subscribe(&app.table, who, frame.now, connection, room_id, true).await?;
    Ok(json!({"room_id": room_id, "last_seq": last_seq}))
}

fn main() -> edge::Exit {
    edge::serve_socket("ack", socket_join_room)
}
