//! `GET /bootstrap` — everything a client needs at its start, in one call.
//!
//! Answers 200. Open the socket first and keep its events; then apply those whose number is above the room's
//! position here.

use chat::sync::{Bootstrap, Limits};
use chat::{HEARTBEAT_MS, TYPING_MS};
use domain::{ATTACHMENTS_MAX, EDIT_WINDOW_MS, MessageBody, Result};
use edge::{About, App, Reply, Request};

/// Bytes of a file: 10 MiB.
const ATTACHMENT_BYTES_MAX: u64 = 10 * 1024 * 1024;
/// Bytes of a frame (API Gateway's limit).
const FRAME_BYTES_MAX: u64 = 32 * 1024;

async fn bootstrap(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let sends = app.send_limit();
    let limits = Limits {
        message_max: MessageBody::CHARS_MAX as u64,
        attachment_bytes_max: ATTACHMENT_BYTES_MAX,
        attachments_max: ATTACHMENTS_MAX,
        frame_bytes_max: FRAME_BYTES_MAX,
        edit_window_ms: EDIT_WINDOW_MS,
        typing_ms: TYPING_MS,
        heartbeat_ms: HEARTBEAT_MS,
        sends_max: sends.max,
        sends_window_ms: sends.window_ms,
    };
    Ok(Reply::ok(&chat::sync::bootstrap(&app.table, who, request.now, limits).await?))
}

fn about() -> About {
    About::rest("GET", "/bootstrap", "Everything a client needs at its start, in one call.")
        .notes(
            "Open the socket first and keep its events; then apply those whose number is above the \
             room's position here.",
        )
        .answers::<Bootstrap>(200, "the caller's state, and from where to go on")
}

fn main() -> edge::Exit {
    edge::serve_rest(about, bootstrap)
}
