//! `urn:cadmium:auth` — says whose this connection is, by password or token.
//!
//! `{type, fields}`: `urn:cadmium:auth:login_password` (also `…:simple`) with `username` and `password` →
//! `{token, deviceID}`; `urn:cadmium:auth:token` with `token` → `{}`. `urn:cadmium:auth:invalid`,
//! `urn:cadmium:auth:invalid_type`, `ratelimit_exceed`.

use cadmium::{Dialect, Frame, Refusal, password_login, serve_frame, whose};
use edge::App;
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct Payload {
    #[serde(rename = "type")]
    kind: String,
    fields: Fields,
}

#[derive(Deserialize)]
struct Fields {
    #[serde(default)]
    username: Option<String>,
    #[serde(default)]
    password: Option<String>,
    #[serde(default)]
    token: Option<String>,
}

#[derive(Serialize)]
struct Authorized {
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    #[serde(rename = "deviceID", skip_serializing_if = "Option::is_none")]
    device: Option<String>,
}

async fn cadmium_auth(app: &App, frame: &Frame<'_>) -> Result<Authorized, Refusal> {
    let Payload { kind, fields } = frame.payload()?;
    let missing = |field: &str| Refusal::parse(format!("payload: missing field `{field}`"));
    match kind.as_str() {
        "urn:cadmium:auth:login_password" | "urn:cadmium:auth:simple" => {
            let username = fields.username.ok_or_else(|| missing("username"))?;
            let password = fields.password.ok_or_else(|| missing("password"))?;
            let new = password_login(app, frame, &username, password).await.map_err(invalid)?;
            Ok(Authorized { token: Some(new.token), device: Some(new.device) })
        }
        "urn:cadmium:auth:token" => {
            let token = fields.token.ok_or_else(|| missing("token"))?;
            let spelled = Dialect::told_to(&frame.envelope.kind);
            let found = whose(app, frame.call, Some(&token), spelled).await;
            found.map_err(|error| invalid(error.into()))?;
            Ok(Authorized { token: None, device: None })
        }
        _ => Err(Refusal::new("urn:cadmium:auth:invalid_type", "not a known way to sign in")),
    }
}

/// This type has an error id of its own for whatever is not right.
fn invalid(refusal: Refusal) -> Refusal {
    match refusal.id.as_str() {
        "invalid_creds" | "unauthorized" => refusal.named("urn:cadmium:auth:invalid"),
        _ => refusal,
    }
}

fn main() -> edge::Exit {
    serve_frame(cadmium_auth)
}
