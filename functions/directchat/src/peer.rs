//! Calls a peer's server.

use bytes::Bytes;
use chat::ports::{CallPeers, Introduction, PeerAnswer, PeerEvent};
use cloud::outbound::{Outbound, OutboundAnswer, OutboundError, OutboundRequest};
use domain::PeerAddress;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use tokio::time::Instant;

/// How much of an answer is read, in bytes.
const ANSWER_BYTES_MAX: usize = 16 * 1024;
/// The longest name of an event or a file that is remembered, in bytes.
const ID_BYTES_MAX: usize = 512;
/// Characters of an answer that are logged.
const REASON_CHARS_MAX: usize = 120;

/// Peers behind HTTP.
#[derive(Clone, Debug)]
pub struct HttpPeers<'a> {
    outbound: &'a Outbound,
}

impl<'a> HttpPeers<'a> {
    /// Calls them through the guard that stands before every address a stranger has named.
    pub fn new(outbound: &'a Outbound) -> Self {
        Self { outbound }
    }

    async fn call(
        &self,
        request: OutboundRequest,
        read: impl Fn(&OutboundAnswer) -> Option<(String, Option<String>)>,
    ) -> (PeerAnswer, i64) {
        let begun = Instant::now();
        let answer = match self.outbound.send(request).await {
            Ok(answer) => judge(&answer, read(&answer)),
            // What the name leads to may be set right.
            Err(error @ (OutboundError::Forbidden(_) | OutboundError::Unreachable(_))) => {
                PeerAnswer::Later(error.to_string())
            }
        };
        (answer, i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX))
    }
}

impl CallPeers for HttpPeers<'_> {
    async fn tell(
        &self,
        address: &PeerAddress,
        who: Introduction<'_>,
        event: &PeerEvent,
        key: &str,
    ) -> (PeerAnswer, i64) {
        let channel = utf8_percent_encode(who.contact.channel.as_str(), NON_ALPHANUMERIC);
        let mut headers = headers(who);
        headers.push(("content-type", "application/json".to_owned()));
        // Not in the document: a peer that knows it can tell a repetition from the same words again.
        headers.push(("idempotency-key", key.to_owned()));
        let request = OutboundRequest {
            method: "POST",
            uri: format!("{}/send/%23{channel}", address.as_str()),
            headers,
            body: body(event, who.contact.content_as_text).to_string().into_bytes(),
            answer_bytes_max: ANSWER_BYTES_MAX,
        };
        self.call(request, |answer| {
            let said: Value = serde_json::from_slice(&answer.body).ok()?;
            let sender_id = said["sender_id"].as_str().map(str::to_owned);
            Some((said["event_id"].as_str()?.to_owned(), sender_id))
        })
        .await
    }

    async fn hand_over(
        &self,
        address: &PeerAddress,
        who: Introduction<'_>,
        mime: &str,
        bytes: Bytes,
    ) -> (PeerAnswer, i64) {
        let mut headers = headers(who);
        headers.push(("content-type", mime.to_owned()));
        headers.push(("accept", "application/json, text/plain".to_owned()));
        let request = OutboundRequest {
            method: "POST",
            uri: format!("{}/upload", address.as_str()),
            headers,
            body: bytes.to_vec(),
            answer_bytes_max: ANSWER_BYTES_MAX,
        };
        self.call(request, |answer| {
            let text = std::str::from_utf8(&answer.body).ok()?.trim();
            let url = match serde_json::from_str::<Value>(text) {
                Ok(Value::String(url)) => url,
                Ok(said) => said["url"].as_str()?.to_owned(),
                Err(_) => text.to_owned(),
            };
            url.contains("://").then_some((url, None))
        })
        .await
    }
}

fn headers(who: Introduction<'_>) -> Vec<(&'static str, String)> {
    let mut headers = vec![
        ("chat-nickname", who.nickname.to_owned()),
        ("chat-identification", who.identification().secret().to_owned()),
        ("chat-reply", who.contact.own_address.clone()),
        ("chat-version", "v1".to_owned()),
    ];
    headers.extend(who.picture.map(|url| ("chat-profile-picture", url.to_owned())));
    headers
}

/// An event in the protocol's words.
fn body(event: &PeerEvent, content_as_text: bool) -> Value {
    let written = |text: &str| ("m.text", json!({"format": "plain", "text": text}));
    let (kind, target, said) = match event {
        PeerEvent::Text { text, reply_to: None } => ("chat", None, Some(written(text))),
        PeerEvent::Text { text, reply_to } => ("reply", reply_to.as_ref(), Some(written(text))),
        PeerEvent::File { mime, url, reply_to } => {
            let kind = if reply_to.is_some() { "reply" } else { "chat" };
            let content = json!({"file_type": mime, "url": url});
            (kind, reply_to.as_ref(), Some(("m.file", content)))
        }
        PeerEvent::Edit { target, text } => ("edit", Some(target), Some(written(text))),
        PeerEvent::React { target, emoji } => ("react", Some(target), Some(written(emoji))),
        PeerEvent::Nick => ("nick", None, None),
    };
    let mut event = json!({"type": kind});
    if let Some((schema, content)) = said {
        event["schema"] = schema.into();
        event["content"] = if content_as_text { content.to_string().into() } else { content };
    }
    if let Some(target) = target {
        event["target"] = target.as_str().into();
    }
    event
}

/// What an answer means. `read` is what it says, if it is one of the protocol.
fn judge(answer: &OutboundAnswer, read: Option<(String, Option<String>)>) -> PeerAnswer {
    let said = || {
        // For the log: one line, no marks of a terminal.
        let text: String =
            String::from_utf8_lossy(&answer.body).chars().take(REASON_CHARS_MAX).collect();
        format!("{} {}", answer.status, text.replace(|c: char| c.is_control(), " ").trim())
    };
    let fits = |id: &str| (1..=ID_BYTES_MAX).contains(&id.len()) && !id.contains(char::is_control);
    match (answer.status, read) {
        (200..=299, Some((id, sender_id))) if fits(&id) => PeerAnswer::Taken { id, sender_id },
        // Somebody is there, but nobody who speaks this: a parked domain, a portal.
        (200..=399, _) => PeerAnswer::Later(format!("not an answer of DirectChat: {}", said())),
        (408 | 425 | 429 | 500.., _) => PeerAnswer::Later(said()),
        _ => PeerAnswer::Refused(said()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers() {
        let judged = |status, id: Option<&str>| {
            let answer = OutboundAnswer { status, body: "because\x1b\n".into() };
            match judge(&answer, id.map(|id| (id.to_owned(), None))) {
                PeerAnswer::Taken { .. } => "taken",
                PeerAnswer::Refused(_) => "refused",
                PeerAnswer::Later(_) => "later",
            }
        };
        for (status, id, expected) in [
            (200, Some("e1"), "taken"),
            (201, Some("e1"), "taken"),
            (200, None, "later"),
            (200, Some(""), "later"),
            (200, Some("a\nb"), "later"),
            (302, None, "later"),
            (307, Some("e1"), "later"),
            (400, None, "refused"),
            (401, None, "refused"),
            (403, None, "refused"),
            (404, None, "refused"),
            (408, None, "later"),
            (413, None, "refused"),
            (429, None, "later"),
            (500, None, "later"),
            (503, None, "later"),
        ] {
            assert_eq!(judged(status, id), expected, "{status} {id:?}");
        }
    }

    #[test]
    fn events_in_the_protocols_words() {
        let text = PeerEvent::Text { text: "hi".into(), reply_to: None };
        let content = json!({"format": "plain", "text": "hi"});
        let expected = json!({"type": "chat", "schema": "m.text", "content": content});
        assert_eq!(body(&text, false), expected);
        let expected = json!({"type": "chat", "schema": "m.text", "content": content.to_string()});
        assert_eq!(body(&text, true), expected, "as they do");
        let file = PeerEvent::File {
            mime: "image/png".into(),
            url: "sha256://1".into(),
            reply_to: Some("e".into()),
        };
        let content = json!({"file_type": "image/png", "url": "sha256://1"});
        let expected =
            json!({"type": "reply", "schema": "m.file", "content": content, "target": "e"});
        assert_eq!(body(&file, false), expected);
        assert_eq!(body(&PeerEvent::Nick, true), json!({"type": "nick"}));
    }
}
