//! `profile:login` (also `urn:cadmium:profile:login`) — signs in with username and password.
//!
//! `{username, password}` → `{authToken, deviceID}`; the connection is this user's from then on.
//! `invalid_creds`; after five failures within a minute `ratelimit_exceed`; `third_pid_unsupported` for
//! `thirdPID` in place of the username.

use cadmium::{Frame, Refusal, password_login, serve_frame};
use edge::App;
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Deserialize)]
struct Payload {
    #[serde(default)]
    username: Option<String>,
    #[serde(default, rename = "thirdPID")]
    third_pid: Option<Value>,
    password: String,
}

#[derive(Serialize)]
struct Login {
    #[serde(rename = "authToken")]
    token: String,
    #[serde(rename = "deviceID")]
    device: String,
}

async fn cadmium_login(app: &App, frame: &Frame<'_>) -> Result<Login, Refusal> {
    let Payload { username, third_pid, password } = frame.payload()?;
    let username = match (username, third_pid) {
        (Some(username), _) => username,
        (None, Some(_)) => return Err(Refusal::third_pid()),
        (None, None) => return Err(Refusal::invalid("username", "is required")),
    };
    let new = password_login(app, frame, &username, password).await?;
    Ok(Login { token: new.token, device: new.device })
}

fn main() -> edge::Exit {
    serve_frame(cadmium_login)
}
