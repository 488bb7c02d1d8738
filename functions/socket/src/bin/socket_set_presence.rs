//! `set_presence {status}` — whether the user is at this device (`online`) or away from it (`away`).
//!
//! What others are shown is the merge of all devices and of the choice made with `PATCH /users/me`.

use domain::Result;
use edge::{About, AboutFrame, App, Frame, Nothing};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
struct Fields {
    status: DeviceStatus,
}

/// Whether the user is at a device.
#[derive(PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum DeviceStatus {
    Online,
    Away,
}

async fn socket_set_presence(app: &App, frame: &Frame) -> Result<Nothing> {
    let Fields { status } = frame.fields()?;
    let away = status == DeviceStatus::Away;
    let (checks, times) = (app.presence(), app.presence_times());
    let (who, now, connection) = (frame.principal, frame.now, &frame.connection);
    chat::set_presence(&app.table, checks, times, who, now, connection, away).await?;
    Ok(Nothing {})
}

fn about() -> AboutFrame {
    About::frame("set_presence", "Whether the user is at this device or away from it.")
        .body::<Fields>()
        .answers::<Nothing>()
}

fn main() -> edge::Exit {
    edge::serve_socket(about, "ack", socket_set_presence)
}
