//! `POST /send/{channel}`, also `POST /directchat/{username}/send/{channel}` — takes one event from a user of
//! another server. Whom it is for is said by the host, or by the path.
//!
//! 200 `{event_id, sender_id}`: what we call the event, and how we shall identify ourselves to them. 400 for
//! headers and bodies that are none, 401 for an address that is somebody else's, 403 from whom the user has
//! blocked, 404 for unknown users, channels and targets (`POST /send/` too: an unescaped `#` leaves nothing of
//! a channel), 413, 429.

use chat::contacts::{Said, greet, hear, print_of};
use domain::{Face, Result};
use edge::{App, Reply, Request};
use serde_json::json;

async fn send(app: &App, request: &Request) -> Result<Reply> {
    let channel = directchat::channel(request)?;
    let mut caller = directchat::caller(app, request, Some(channel.clone()))?;
    let key = request.idempotency_key()?;
    let body = request.bytes()?;
    let event = directchat::parse_event(&body)?;
    caller.content_as_text = event.content_as_text;
    let (table, now) = (&app.table, request.now);
    let contact = greet(table, now, &caller).await?;
    let print = match &key {
        Some(key) => print_of(&["key", key.as_str()]),
        None => print_of(&["event", channel.as_str(), &String::from_utf8_lossy(&body)]),
    };
    let said = Said { event: event.heard, print: &print, keyed: key.is_some() };
    let (fanout, queue, limit) = (app.fanout(), app.contacts(), app.send_limit());
    let event_id = hear(table, fanout, queue, limit, now, &contact, &caller, said).await?;
    Ok(Reply::ok(&json!({"event_id": event_id, "sender_id": contact.ours.secret()})))
}

fn main() -> edge::Exit {
    edge::serve_face(Face::Directchat, directchat::refuse, send)
}
