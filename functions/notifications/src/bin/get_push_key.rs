//! `GET /push/key` — the key to subscribe to Web Push with, the browser's `applicationServerKey`.
//!
//! 200; `key` is null where the deployment has left Web Push out.

use domain::Result;
use edge::{About, App, Reply, Request};
use schemars::JsonSchema;
use serde::Serialize;

#[derive(Serialize, JsonSchema)]
struct PushKey {
    /// A point of P-256, uncompressed, in base64url.
    #[schemars(regex(pattern = r"^B[A-Za-z0-9_-]{86}$"))]
    key: Option<String>,
}

async fn get_push_key(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    chat::check_session(&app.table, who, request.now).await?;
    let key = app.push_key().await?.map(|key| key.public().to_owned());
    Ok(Reply::ok(&PushKey { key }))
}

fn about() -> About {
    About::rest("GET", "/push/key", "The key to subscribe to Web Push with.")
        .notes("The browser's `applicationServerKey`; null where the deployment has left Web Push out.")
        .answers::<PushKey>(200, "the key")
}

fn main() -> edge::Exit {
    edge::serve_rest(about, get_push_key)
}
