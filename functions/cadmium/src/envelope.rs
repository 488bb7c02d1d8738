//! The envelope around everything: `{id, type, to, authToken, payload}` from a client, `{id, type, from, ok,
//! payload}` from the server.

use crate::dialect::error_id;
use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Longest id of a request, in bytes.
const ID_BYTES_MAX: usize = 256;
/// Most recipients looked at.
const RECIPIENTS_MAX: usize = 16;

/// A request.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Envelope {
    /// Comes back in the answer; empty where there is none.
    pub id: String,
    /// What it is.
    pub kind: String,
    /// Whom it is for, as written.
    pub to: Vec<String>,
    /// A token, where the client says with each request who it is.
    pub token: Option<String>,
    /// What it says; an empty object where there is nothing.
    pub payload: Value,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum To {
    One(String),
    Many(Vec<String>),
}

#[derive(Deserialize)]
struct Raw {
    #[serde(default)]
    id: Option<String>,
    #[serde(rename = "type")]
    _kind: String,
    #[serde(default)]
    to: Option<To>,
    #[serde(default, rename = "authToken")]
    token: Option<String>,
    #[serde(default)]
    payload: Option<Value>,
}

impl Envelope {
    /// Reads a frame. What is none comes with as much of id and type as there is, to be answered under.
    pub fn parse(text: &str) -> Result<Self, Box<(Self, Refusal)>> {
        let value: Value = match serde_json::from_str(text) {
            Ok(value) => value,
            Err(error) => {
                let refusal = Refusal::parse(format!("the frame is not JSON: {error}"));
                return Err(Box::new((Self::default(), refusal)));
            }
        };
        let short = |name: &str| {
            let text = value.get(name).and_then(Value::as_str).unwrap_or_default();
            if text.len() <= ID_BYTES_MAX { text.to_owned() } else { String::new() }
        };
        let known = Self { id: short("id"), kind: short("type"), ..Self::default() };
        if !value.is_object() {
            return Err(Box::new((known, Refusal::parse("the frame must be a JSON object"))));
        }
        let raw: Raw = match serde_json::from_value(value) {
            Ok(raw) => raw,
            Err(error) => return Err(Box::new((known, Refusal::parse(error.to_string())))),
        };
        let to = match raw.to {
            None => Vec::new(),
            Some(To::One(one)) => vec![one],
            Some(To::Many(many)) => many,
        };
        if raw.id.as_ref().is_some_and(|id| id.len() > ID_BYTES_MAX) || to.len() > RECIPIENTS_MAX {
            return Err(Box::new((known, Refusal::parse("`id` or `to` is too long"))));
        }
        let payload = raw.payload.filter(|payload| !payload.is_null()).unwrap_or_else(|| json!({}));
        Ok(Self { payload, to, token: raw.token, ..known })
    }

    /// The frame that answers it.
    pub fn answer(&self, server: &str, ok: bool, payload: &impl Serialize) -> String {
        let payload = serde_json::to_value(payload).unwrap_or_default();
        json!({"id": self.id, "type": self.kind, "from": server, "ok": ok, "payload": payload})
            .to_string()
    }

    /// The frame that says why it was refused.
    pub fn refusal(&self, server: &str, why: &Refusal) -> String {
        let mut payload = json!({"errID": error_id(&self.kind, &why.id), "errText": why.text});
        if let Some(more) = &why.payload {
            payload["errPayload"] = more.clone();
        }
        self.answer(server, false, &payload)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_read_with_one_recipient_or_several() {
        let one = Envelope::parse(r#"{"id":"a","type":"t","to":"x","payload":{"k":1}}"#).unwrap();
        assert_eq!((one.id.as_str(), one.kind.as_str()), ("a", "t"));
        assert_eq!((one.to, one.payload), (vec!["x".to_owned()], json!({"k": 1})));
        let many = Envelope::parse(r#"{"type":"t","to":["x","y"],"authToken":"z"}"#).unwrap();
        assert_eq!((many.to.len(), many.token.as_deref()), (2, Some("z")));
        assert_eq!((many.id.as_str(), many.payload), ("", json!({})));
        for null in ["to", "authToken", "payload", "id"] {
            assert!(Envelope::parse(&format!(r#"{{"type":"t","{null}":null}}"#)).is_ok(), "{null}");
        }
    }

    #[test]
    fn what_is_no_request_is_answered_under_what_is_known_of_it() {
        for (text, id, kind) in [
            ("", "", ""),
            ("{", "", ""),
            (r#"{"id":"a","type":"t",}"#, "", ""),
            ("[]", "", ""),
            ("12", "", ""),
            (r#"{"id":"a"}"#, "a", ""),
            (r#"{"id":7,"type":"t"}"#, "", "t"),
            (r#"{"id":"a","type":7}"#, "a", ""),
            (r#"{"id":"a","type":"t","to":7}"#, "a", "t"),
            (r#"{"id":"a","type":"t","to":[7]}"#, "a", "t"),
            (r#"{"id":"a","type":"t","authToken":7}"#, "a", "t"),
        ] {
            let (known, refusal) = *Envelope::parse(text).unwrap_err();
            assert_eq!((known.id.as_str(), known.kind.as_str()), (id, kind), "{text}");
            assert_eq!(refusal.id, "parseError", "{text}");
        }
        let deep =
            format!(r#"{{"type":"t","payload":{}{}}}"#, "[".repeat(9_000), "]".repeat(9_000));
        assert!(Envelope::parse(&deep).is_err());
        let (known, _) =
            *Envelope::parse(&json!({"type": "t", "id": "a".repeat(257)}).to_string()).unwrap_err();
        assert_eq!(known.id, "");
    }

    #[test]
    fn answers_have_all_their_fields() {
        let asked = Envelope {
            id: "a".into(),
            kind: "urn:cadmium:chats:message".into(),
            ..Envelope::default()
        };
        let yes: Value = serde_json::from_str(&asked.answer("s", true, &json!({}))).unwrap();
        assert_eq!(
            yes,
            json!({"id": "a", "type": asked.kind, "from": "s", "ok": true, "payload": {}})
        );
        let why = Refusal::new("banned", "no").with(json!({"retryAfter": 5}));
        let no: Value = serde_json::from_str(&asked.refusal("s", &why)).unwrap();
        let payload = json!({"errID": "urn:cadmium:chats:private:banned", "errText": "no",
            "errPayload": {"retryAfter": 5}});
        assert_eq!(
            no,
            json!({"id": "a", "type": asked.kind, "from": "s", "ok": false, "payload": payload})
        );
    }
}
