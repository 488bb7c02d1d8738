//! The body of a call: one event.

use crate::html;
use chat::contacts::{Heard, HeardMessage};
use domain::{ChatError, Code, Emoji, FieldError, MessageBody, PeerState, Result};
use serde_json::{Map, Value};

/// Largest body of an event, in bytes.
const BYTES_MAX: usize = 256 * 1024;

/// An event, and how its content was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// What it says.
    pub heard: Heard,
    /// Whether its content was a string that holds JSON; nothing if it had none.
    pub content_as_text: Option<bool>,
}

/// Reads an event.
pub fn parse_event(bytes: &[u8]) -> Result<Event> {
    if bytes.len() > BYTES_MAX {
        return Err(ChatError::because(Code::PayloadTooLarge, "an event has at most 256 KB"));
    }
    let whole: Value =
        serde_json::from_slice(bytes).map_err(|_| ChatError::new(Code::MalformedJson))?;
    let Value::Object(event) = whole else {
        return Err(wrong("", "must be a JSON object"));
    };
    let kind = text(&event, "type")?;
    let group_m = matches!(kind, "chat" | "reply" | "react" | "edit");
    let content = if group_m { Some(content(&event)?) } else { None };
    let content_as_text = content.as_ref().map(|(_, as_text)| *as_text);
    let message = || match &content {
        Some((content, _)) => message(&event, content),
        None => Err(wrong("/content", "is required")),
    };
    let heard = match kind {
        "chat" => Heard::Message(message()?, None),
        "reply" => Heard::Message(message()?, Some(text(&event, "target")?.to_owned())),
        "edit" => Heard::Edit(message()?, text(&event, "target")?.to_owned()),
        "react" => {
            let target = text(&event, "target")?.to_owned();
            let HeardMessage::Text(body) = message()? else {
                return Err(wrong("/schema", "must be m.text for a reaction"));
            };
            let emoji = Emoji::parse(body.as_str().trim());
            Heard::React(emoji.map_err(|e| e.at("/content/text"))?, target)
        }
        "nick" => Heard::Nick,
        "connection" => Heard::State(state(text(&event, "state")?, "/state")?),
        // The document lists these as types too.
        "offline" | "online" | "away" | "quiet" => Heard::State(state(kind, "/type")?),
        _ => {
            let known = "must be chat, reply, react, edit, nick or connection";
            return Err(wrong("/type", known));
        }
    };
    Ok(Event { heard, content_as_text })
}

fn state(word: &str, field: &'static str) -> Result<PeerState> {
    let state = PeerState::parse(word);
    state.ok_or_else(|| wrong(field, "must be offline, online, away or quiet"))
}

/// The content as an object, and whether it was a string.
fn content(event: &Map<String, Value>) -> Result<(Map<String, Value>, bool)> {
    let expected = "must be an object, or a string that holds one";
    match event.get("content") {
        Some(Value::Object(content)) => Ok((content.clone(), false)),
        Some(Value::String(text)) => match serde_json::from_str(text) {
            Ok(Value::Object(content)) => Ok((content, true)),
            _ => Err(wrong("/content", expected)),
        },
        _ => Err(wrong("/content", expected)),
    }
}

fn message(event: &Map<String, Value>, content: &Map<String, Value>) -> Result<HeardMessage> {
    match text(event, "schema")? {
        "m.text" => {
            let written = text_at(content, "text", "/content/text")?;
            let written = match content.get("format").and_then(Value::as_str) {
                None | Some("plain") => written.to_owned(),
                Some("html") => html::to_markdown(written),
                Some(_) => return Err(wrong("/content/format", "must be plain or html")),
            };
            let body = MessageBody::parse(&written).map_err(|e| e.at("/content/text"))?;
            Ok(HeardMessage::Text(body))
        }
        "m.file" => {
            text_at(content, "file_type", "/content/file_type")?;
            let url = text_at(content, "url", "/content/url")?;
            let digest = url.strip_prefix("sha256://").map(str::to_ascii_lowercase);
            let hex = |d: &String| d.len() == 64 && d.bytes().all(|b| b.is_ascii_hexdigit());
            let digest = digest.filter(hex);
            let expected = "must be what POST /upload has answered";
            digest.map(HeardMessage::File).ok_or_else(|| wrong("/content/url", expected))
        }
        _ => Err(wrong("/schema", "must be m.text or m.file")),
    }
}

fn text<'a>(event: &'a Map<String, Value>, name: &'static str) -> Result<&'a str> {
    let pointer: &'static str = match name {
        "type" => "/type",
        "schema" => "/schema",
        "target" => "/target",
        _ => "/state",
    };
    text_at(event, name, pointer)
}

fn text_at<'a>(
    object: &'a Map<String, Value>,
    name: &str,
    pointer: &'static str,
) -> Result<&'a str> {
    match object.get(name) {
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(FieldError::new(pointer, "wrong_type", "must be a string").into()),
        None => Err(FieldError::new(pointer, "required", "is required").into()),
    }
}

fn wrong(pointer: &'static str, expected: &'static str) -> ChatError {
    FieldError::new(pointer, "invalid", expected).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn parsed(event: Value) -> Result<Event> {
        parse_event(event.to_string().as_bytes())
    }

    fn body(text: &str) -> HeardMessage {
        HeardMessage::Text(MessageBody::parse(text).unwrap())
    }

    #[test]
    fn events_of_every_type() {
        let content = json!({"format": "plain", "text": "hello"});
        let text = |kind: &str| json!({"type": kind, "schema": "m.text", "content": content, "target": "e-1"});
        let target = || "e-1".to_owned();
        let digest = "ab".repeat(32);
        let file =
            json!({"file_type": "image/png", "url": format!("sha256://{}", digest.to_uppercase())});
        let thumb = Emoji::parse("👍").unwrap();
        for (event, heard) in [
            (text("chat"), Heard::Message(body("hello"), None)),
            (text("reply"), Heard::Message(body("hello"), Some(target()))),
            (text("edit"), Heard::Edit(body("hello"), target())),
            (
                json!({"type": "react", "schema": "m.text", "content": {"text": " 👍 "}, "target": "e-1"}),
                Heard::React(thumb, target()),
            ),
            (
                json!({"type": "chat", "schema": "m.file", "content": file}),
                Heard::Message(HeardMessage::File(digest), None),
            ),
            (json!({"type": "nick"}), Heard::Nick),
            (json!({"type": "nick", "schema": "m.text", "content": "", "target": 7}), Heard::Nick),
            (json!({"type": "connection", "state": "away"}), Heard::State(PeerState::Away)),
            (json!({"type": "offline"}), Heard::State(PeerState::Offline)),
            (json!({"type": "quiet"}), Heard::State(PeerState::Quiet)),
        ] {
            assert_eq!(parsed(event.clone()).map(|e| e.heard), Ok(heard), "{event}");
        }
    }

    #[test]
    fn content_may_be_a_string() {
        let inner = json!({"format": "html", "text": "<b>hi</b>"});
        let event =
            parsed(json!({"type": "chat", "schema": "m.text", "content": inner.to_string()}));
        let expected =
            Event { heard: Heard::Message(body("**hi**"), None), content_as_text: Some(true) };
        assert_eq!(event, Ok(expected));
    }

    #[test]
    fn what_is_no_event_is_refused() {
        for bad in [
            json!([]),
            json!({}),
            json!({"type": 1}),
            json!({"type": ".react"}),
            json!({"type": "chat"}),
            json!({"type": "chat", "schema": "m.text"}),
            json!({"type": "chat", "schema": "m.text", "content": "hello"}),
            json!({"type": "chat", "schema": "m.text", "content": {"text": 7}}),
            json!({"type": "chat", "schema": "m.text", "content": {"text": " "}}),
            json!({"type": "chat", "schema": "m.text", "content": {"format": "rtf", "text": "x"}}),
            json!({"type": "chat", "schema": "m.video", "content": {"text": "x"}}),
            json!({"type": "chat", "schema": "m.text", "content": {"text": "x".repeat(10_001)}}),
            json!({"type": "chat", "schema": "m.file", "content": {"file_type": "a/b", "url": "https://x"}}),
            json!({"type": "reply", "schema": "m.text", "content": {"text": "x"}}),
            json!({"type": "react", "schema": "m.text", "content": {"text": "no"}, "target": "x"}),
            json!({"type": "connection", "state": "dead"}),
        ] {
            let code = parsed(bad.clone()).unwrap_err().code;
            assert_eq!(code, Code::ValidationFailed, "{bad}");
        }
        for bad in [b"".as_slice(), b"{", b"\xff", "[".repeat(100_000).as_bytes()] {
            assert_eq!(parse_event(bad).unwrap_err().code, Code::MalformedJson);
        }
        let long = vec![b' '; BYTES_MAX + 1];
        assert_eq!(parse_event(&long).unwrap_err().code, Code::PayloadTooLarge);
    }
}
