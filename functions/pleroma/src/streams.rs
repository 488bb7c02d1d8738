//! The streaming socket: which streams there are, what clients say over it, and what is answered.

use serde::Deserialize;
use serde_json::{Value, json};

/// Everything of the user's.
pub const USER: &str = "user";
/// Their notifications.
pub const NOTIFICATION: &str = "user:notification";
/// Their chats.
pub const CHAT: &str = "user:pleroma_chat";

/// Streams that carry something here.
const LIVE: [&str; 3] = [USER, NOTIFICATION, CHAT];
/// Streams of posts: clients subscribe to them as a matter of course, and there are no posts.
const SILENT: [&str; 6] =
    ["public", "public:local", "public:media", "public:local:media", "public:remote", "direct"];

/// A stream there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// One that carries something.
    Live(&'static str),
    /// One that never does.
    Silent,
}

impl Stream {
    /// The stream of this name.
    pub fn named(name: &str) -> Option<Self> {
        let live = LIVE.into_iter().find(|live| *live == name).map(Self::Live);
        live.or_else(|| SILENT.contains(&name).then_some(Self::Silent))
    }
}

/// What a client says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// Begin (or end) a stream.
    Follow(Stream, bool),
    /// A token once more: who it is was decided at the handshake.
    Authenticate,
    /// Begin or end something that is no stream.
    UnknownStream(&'static str),
    /// Nothing that is known here.
    Unknown,
}

#[derive(Deserialize)]
struct Frame {
    #[serde(rename = "type")]
    kind: String,
    stream: Option<String>,
}

/// Reads a frame.
pub fn read(text: &str) -> Said {
    let Ok(frame) = serde_json::from_str::<Frame>(text) else { return Said::Unknown };
    let (on, name) = match frame.kind.as_str() {
        "subscribe" => (true, "subscribe"),
        "unsubscribe" => (false, "unsubscribe"),
        "pleroma:authenticate" => return Said::Authenticate,
        _ => return Said::Unknown,
    };
    match Stream::named(frame.stream.as_deref().unwrap_or_default()) {
        Some(stream) => Said::Follow(stream, on),
        None => Said::UnknownStream(name),
    }
}

/// The answer to a frame. Its `stream` is an empty list: clients look for a list in every frame.
pub fn respond(kind: &str, error: Option<&str>) -> String {
    let payload = match error {
        None => json!({"type": kind, "result": "success"}),
        Some(error) => json!({"type": kind, "result": "error", "error": error}),
    };
    frame(&[], "pleroma:respond", &payload)
}

/// A frame: its payload is JSON in a text.
pub fn frame(streams: &[&str], event: &str, payload: &Value) -> String {
    json!({"stream": streams, "event": event, "payload": payload.to_string()}).to_string()
}

/// The token among the subprotocols a client offers: the first, as there is nothing else to offer.
pub fn offered(subprotocols: Option<&str>) -> Option<&str> {
    subprotocols?.split(',').map(str::trim).find(|one| !one.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_understood() {
        for (text, said) in [
            (r#"{"type":"subscribe","stream":"user"}"#, Said::Follow(Stream::Live(USER), true)),
            (
                r#"{"type":"unsubscribe","stream":"user:pleroma_chat","x":1}"#,
                Said::Follow(Stream::Live(CHAT), false),
            ),
            (r#"{"type":"subscribe","stream":"public"}"#, Said::Follow(Stream::Silent, true)),
            (r#"{"type":"subscribe","stream":"list"}"#, Said::UnknownStream("subscribe")),
            (r#"{"type":"subscribe"}"#, Said::UnknownStream("subscribe")),
            (r#"{"type":"pleroma:authenticate","token":"x"}"#, Said::Authenticate),
            (r#"{"type":"dance"}"#, Said::Unknown),
            (r#"{"type":1}"#, Said::Unknown),
            ("[]", Said::Unknown),
            ("", Said::Unknown),
            ("ping", Said::Unknown),
        ] {
            assert_eq!(read(text), said, "{text}");
        }
    }

    #[test]
    fn every_frame_has_a_list_of_streams_and_a_text_as_payload() {
        for text in [
            respond("subscribe", None),
            respond("unknown", Some("bad_topic")),
            frame(&[USER], "x", &json!({})),
        ] {
            let value: Value = serde_json::from_str(&text).unwrap();
            assert!(value["stream"].is_array() && value["payload"].is_string(), "{text}");
            assert!(
                value.get("error").is_none(),
                "clients take such a frame for a failure: {text}"
            );
        }
        assert_eq!(offered(Some(" tok , b")), Some("tok"));
        assert_eq!(offered(Some("")), None);
    }
}
