//! `join_room {room_id}` — subscribes to a room for this connection. Membership stays as it is.

use domain::{Code, Result, RoomId};
use edge::{About, AboutFrame, App, Frame};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Deserialize, JsonSchema)]
struct Fields {
    room_id: RoomId,
}

/// Where the subscription stands.
#[derive(Serialize, JsonSchema)]
struct Subscribed {
    room_id: RoomId,
    last_seq: u64,
}

async fn socket_join_room(app: &App, frame: &Frame) -> Result<Subscribed> {
    let Fields { room_id } = frame.fields()?;
    let (who, connection) = (frame.principal, &frame.connection);
    let last_seq = chat::subscribe(&app.table, who, frame.now, connection, room_id, true).await?;
    Ok(Subscribed { room_id, last_seq })
}

fn about() -> AboutFrame {
    About::frame("join_room", "Subscribes to a room for this connection.")
        .body::<Fields>()
        .answers::<Subscribed>()
        .refuses(&[Code::NotFound, Code::NotAMember])
}

fn main() -> edge::Exit {
    edge::serve_socket(about, "ack", socket_join_room)
}
