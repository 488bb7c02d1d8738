//! Frames that the server sends unasked: each once in every spelling, under an id of its own.

use crate::dialect::{Dialect, Kind};
use crate::entity::Entity;
use chat::FaceFrame;
use serde_json::{Value, json};
use uuid::Builder;

/// Bytes of one frame (API Gateway: 32 KB).
const FRAME_BYTES_MAX: usize = 31 * 1024;
/// What is left of a text that was cut ends with this.
const CUT: &str = "…";

/// The frame `{id, type, from, ok, payload}` for every dialect; `to` is there where it is not the receiver.
pub(crate) fn frames(
    kind: Kind,
    from: &Entity,
    to: Option<&Entity>,
    payload: &Value,
) -> Vec<FaceFrame> {
    let id = Builder::from_random_bytes(rand::random()).into_uuid().to_string();
    let one = |dialect: Dialect| {
        let mut frame = json!({
            "id": id,
            "type": dialect.spell(kind),
            "from": from.to_string(),
            "ok": true,
            "payload": payload,
        });
        if let Some(to) = to {
            frame["to"] = json!([to.to_string()]);
        }
        FaceFrame { topics: vec![dialect.topic()], text: fitting(frame) }
    };
    Dialect::ALL.map(one).into()
}

/// The frame as text; where it is more than a frame holds, the end of the message's text is left out.
fn fitting(mut frame: Value) -> String {
    let whole = frame.to_string();
    let text = frame.pointer("/payload/content/text").and_then(Value::as_str).map(str::to_owned);
    let (Some(text), true) = (text, whole.len() > FRAME_BYTES_MAX) else { return whole };
    // Escapes make characters longer, so each try leaves out as much as is too much, and a little more.
    let (mut keep, mut size) = (text.len(), whole.len());
    while size > FRAME_BYTES_MAX && keep > 0 {
        let over = (size - FRAME_BYTES_MAX).div_ceil(6) + CUT.len();
        keep = text.floor_char_boundary(keep.saturating_sub(over));
        frame["payload"]["content"]["text"] = json!(format!("{}{CUT}", &text[..keep]));
        size = frame.to_string().len();
    }
    frame.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_push_is_written_in_every_spelling() {
        let from = Entity::user("Juliet", "cadmium.org");
        let frames = frames(Kind::Read, &from, None, &json!({"messageID": "m"}));
        let read: Vec<Value> =
            frames.iter().map(|f| serde_json::from_str(&f.text).unwrap()).collect();
        assert_eq!(frames.iter().map(|f| f.topics[0]).collect::<Vec<_>>(), ["private", "basic"]);
        assert_eq!(read[0]["type"], "urn:cadmium:chats:private:read");
        assert_eq!(read[1]["type"], "urn:cadmium:chats:read");
        for frame in &read {
            assert_eq!(frame["from"], "@juliet@cadmium.org");
            assert_eq!(
                (&frame["ok"], &frame["payload"]),
                (&json!(true), &json!({"messageID": "m"}))
            );
            assert!(
                frame.get("to").is_none() && frame["id"].as_str().is_some_and(|id| id.len() == 36)
            );
        }
    }

    #[test]
    fn what_is_too_long_for_a_frame_is_cut_at_its_end() {
        let from = Entity::user("juliet", "cadmium.org");
        for character in ["😀", "\u{1}", "\"", "字"] {
            let text = character.repeat(10_000);
            let payload = json!({"content": {"text": text}});
            let frames = frames(Kind::Message, &from, None, &payload);
            assert!(frames[0].text.len() <= FRAME_BYTES_MAX, "{}", frames[0].text.len());
            let read: Value = serde_json::from_str(&frames[0].text).unwrap();
            let shown = read["payload"]["content"]["text"].as_str().unwrap();
            let left = shown.strip_suffix(CUT).unwrap_or(shown);
            assert!(text.starts_with(left));
            assert_eq!(shown.ends_with(CUT), left.len() < text.len());
            let most = left.len() + CUT.len() >= text.len()
                || frames[0].text.len() > FRAME_BYTES_MAX - 200;
            assert!(most, "{} of {FRAME_BYTES_MAX}", frames[0].text.len());
        }
    }
}
