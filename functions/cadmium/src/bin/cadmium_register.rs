//! `profile:register` (also `urn:cadmium:profile:register`, `urn:cadmium:register`) — creates an account.
//!
//! `{username, thirdPIDs?, password, loginOnSuccess?}` → `{userID, loginPayload?}`. `id_exists`,
//! `reg_disabled`; `third_pid_unsupported` with anything in `thirdPIDs`, since nothing is kept of it.

use cadmium::{Entity, Frame, Refusal, registered, serve_frame};
use edge::App;
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload {
    #[serde(default)]
    username: Option<String>,
    #[serde(default, rename = "thirdPIDs")]
    third_pids: Option<Vec<Value>>,
    password: String,
    #[serde(default)]
    login_on_success: Option<bool>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Registered {
    #[serde(rename = "userID")]
    user_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    login_payload: Option<Login>,
}

#[derive(Serialize)]
struct Login {
    #[serde(rename = "authToken")]
    token: String,
    #[serde(rename = "deviceID")]
    device: String,
}

async fn cadmium_register(app: &App, frame: &Frame<'_>) -> Result<Registered, Refusal> {
    let Payload { username, third_pids, password, login_on_success } = frame.payload()?;
    if third_pids.is_some_and(|all| !all.is_empty()) {
        return Err(Refusal::third_pid());
    }
    let username = username.ok_or_else(|| Refusal::invalid("username", "is required"))?;
    let login = login_on_success.unwrap_or(false);
    let (name, login) = registered(app, frame, &username, password, login).await?;
    let login_payload = login.map(|new| Login { token: new.token, device: new.device });
    Ok(Registered { user_id: Entity::user(&name, &frame.server).to_string(), login_payload })
}

fn main() -> edge::Exit {
    serve_frame(cadmium_register)
}
