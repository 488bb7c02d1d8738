//! `PUT /push/subscriptions` — registers a device for Web Push, or renews it. The body is the browser's
//! `PushSubscription` as JSON.
//!
//! 200. The same endpoint is the same subscription; it belongs to the session that registered it last.

use chat::{NewPush, PushView};
use domain::{ChatError, FieldError, PushEndpoint, PushKeys, Result, Timestamp};
use edge::{About, App, Reply, Request};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
struct Body {
    #[schemars(with = "PushEndpoint")]
    endpoint: String,
    keys: Keys,
    /// When the subscription ends, in milliseconds since 1970; the browser's `expirationTime` is taken too.
    #[serde(default, alias = "expirationTime")]
    expiration_time: Option<f64>,
}

/// What messages are encrypted with, in base64url.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "PushKeys")]
struct Keys {
    /// The browser's public key: a point of P-256, uncompressed.
    p256dh: String,
    /// 16 bytes that only browser and server know.
    auth: String,
}

fn device(body: &Body, local: bool, now: Timestamp) -> Result<NewPush> {
    let mut wrong = Vec::new();
    let endpoint = PushEndpoint::parse(&body.endpoint, local).map_err(|e| e.at("/endpoint"));
    let endpoint = endpoint.map_err(|field| wrong.push(field)).ok();
    let keys = PushKeys::parse(&body.keys.p256dh, &body.keys.auth);
    let keys = keys.map_err(|field| wrong.push(field)).ok();
    // The cast holds at its ends what is beyond them.
    let expires_at = body.expiration_time.map(|ms| Timestamp::from_ms(ms as i64));
    if expires_at.is_some_and(|end| end <= now) {
        let expected = "must be a time to come, in milliseconds since 1970";
        wrong.push(FieldError::new("/expiration_time", "out_of_range", expected));
    }
    match (endpoint, keys) {
        (Some(endpoint), Some(keys)) if wrong.is_empty() => {
            Ok(NewPush { endpoint, keys, expires_at })
        }
        _ => Err(ChatError::fields(wrong)),
    }
}

async fn save_push_subscription(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let new = device(&request.json()?, app.outbound_local(), request.now)?;
    Ok(Reply::ok(&chat::save_push_subscription(&app.table, who, request.now, new).await?))
}

fn about() -> About {
    About::rest("PUT", "/push/subscriptions", "Registers a device for Web Push, or renews it.")
        .notes(
            "The body is the browser's `PushSubscription` as JSON. The same endpoint is the same \
             subscription, and belongs to the session that registered it last: it ends with it.",
        )
        .body::<Body>()
        .answers::<PushView>(200, "it is registered")
}

fn main() -> edge::Exit {
    edge::serve_rest(about, save_push_subscription)
}
