//! `set_presence {status}` — whether the user is at this device (`online`) or away from it (`away`).
//!
//! What others are shown is the merge of all devices and of the choice made with `PATCH /users/me`.

use domain::{FieldError, Result};
use edge::{About, AboutFrame, App, Frame, Nothing};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
struct Fields {
    #[schemars(with = "DeviceStatus")]
    status: String,
}

/// Whether the user is at a device.
#[derive(JsonSchema)]
#[serde(rename_all = "lowercase")]
#[allow(dead_code, reason = "only described")]
enum DeviceStatus {
    Online,
    Away,
}

async fn socket_set_presence(app: &App, frame: &Frame) -> Result<Nothing> {
    let Fields { status } = frame.fields()?;
    let away = match status.as_str() {
        "online" => false,
        "away" => true,
        _ => return Err(FieldError::new("/status", "invalid", "must be online or away").into()),
    };
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
