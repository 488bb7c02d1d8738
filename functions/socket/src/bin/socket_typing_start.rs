//! `typing_start {room_id}` — tells the room that somebody writes, at most once in three seconds.

use domain::{Code, Result, RoomId};
use edge::{About, AboutFrame, App, Frame, Nothing};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
struct Fields {
    room_id: RoomId,
}

async fn socket_typing_start(app: &App, frame: &Frame) -> Result<Nothing> {
    let Fields { room_id } = frame.fields()?;
    chat::start_typing(&app.table, app.fanout(), frame.principal, frame.now, room_id).await?;
    Ok(Nothing {})
}

fn about() -> AboutFrame {
    About::frame("typing_start", "Tells the room that somebody writes.")
        .body::<Fields>()
        .answers::<Nothing>()
        .refuses(&[
            Code::NotFound,
            Code::NotAMember,
            Code::Silenced,
            Code::Blocked,
            Code::YouBlockedUser,
            Code::AccountDeactivated,
        ])
}

fn main() -> edge::Exit {
    edge::serve_socket(about, "ack", socket_typing_start)
}
