//! `GET /auth/sessions` — the caller's signed-in devices, the latest first.

use chat::DeviceView;
use domain::Result;
use edge::{About, App, Reply, Request};
use schemars::JsonSchema;
use serde::Serialize;

/// Signed-in devices.
#[derive(Serialize, JsonSchema)]
struct Devices {
    sessions: Vec<DeviceView>,
}

async fn list_sessions(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let sessions = chat::list_sessions(&app.table, who, request.now).await?;
    Ok(Reply::ok(&Devices { sessions }))
}

fn about() -> About {
    About::rest("GET", "/auth/sessions", "The caller's signed-in devices, the latest first.")
        .answers::<Devices>(200, "the devices")
}

fn main() -> edge::Exit {
    edge::serve_rest(about, list_sessions)
}
