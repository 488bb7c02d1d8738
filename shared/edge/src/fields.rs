//! JSON in, typed values out, every mistake named by its field.

use domain::{ChatError, Code, FieldError, Result};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::error::Category;
use std::borrow::Cow;

/// Reads a JSON object into `T`. Unknown fields are ignored.
pub(crate) fn from_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    json_object(bytes)?;
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|e| {
        let pointer: String = e.path().iter().map(step).collect();
        name(pointer, e.inner())
    })?;
    reader.end().map_err(|e| malformed(&e))?;
    Ok(value)
}

/// One step of a JSON pointer (RFC 6901).
fn step(segment: &serde_path_to_error::Segment) -> String {
    match segment {
        serde_path_to_error::Segment::Seq { index } => format!("/{index}"),
        other => format!("/{}", other.to_string().replace('~', "~0").replace('/', "~1")),
    }
}

/// A field that may be left alone, cleared with null, or set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Patch<T> {
    /// Not mentioned.
    #[default]
    Keep,
    /// null.
    Clear,
    /// A value.
    Set(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(|value| value.map_or(Self::Clear, Self::Set))
    }
}

impl<T: JsonSchema> JsonSchema for Patch<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Option::<T>::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        Option::<T>::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Option::<T>::json_schema(generator)
    }
}

impl<T> Patch<T> {
    /// Checks the value, if there is one: `None` keeps, `Some(None)` clears.
    pub fn parse<U>(
        self,
        pointer: &'static str,
        parse: impl FnOnce(T) -> Result<U, FieldError>,
    ) -> Result<Option<Option<U>>> {
        match self {
            Self::Keep => Ok(None),
            Self::Clear => Ok(Some(None)),
            Self::Set(value) => Ok(Some(Some(parse(value).map_err(|e| e.at(pointer))?))),
        }
    }
}

/// Refuses what is not an object: a sequence would otherwise be read as fields in order.
pub(crate) fn json_object(bytes: &[u8]) -> Result<()> {
    match bytes.iter().find(|b| !b.is_ascii_whitespace()) {
        Some(b'{') => Ok(()),
        Some(b'[' | b'"' | b'0'..=b'9' | b'-' | b't' | b'f' | b'n') => {
            match serde_json::from_slice::<serde::de::IgnoredAny>(bytes) {
                Ok(_) => {
                    Err(FieldError::new("", "wrong_type", "the body must be a JSON object").into())
                }
                Err(e) => Err(malformed(&e)),
            }
        }
        _ => Err(ChatError::because(Code::MalformedJson, "the body must be a JSON object")),
    }
}

fn name(pointer: String, error: &serde_json::Error) -> ChatError {
    if error.classify() != Category::Data {
        return malformed(error);
    }
    // serde_json's message ends with the position, which the pointer replaces.
    let text = error.to_string();
    let text = text.split(" at line ").next().unwrap_or_default().to_owned();
    if let Some(field) = text.strip_prefix("missing field `").and_then(|t| t.strip_suffix('`')) {
        let pointer = format!("{pointer}/{field}");
        return FieldError::new(pointer, "required", "is required").into();
    }
    let code = if text.starts_with("invalid type") { "wrong_type" } else { "invalid" };
    FieldError::new(pointer, code, format!("is not right: {text}")).into()
}

fn malformed(error: &serde_json::Error) -> ChatError {
    let detail = format!("not valid JSON at line {}, column {}", error.line(), error.column());
    ChatError::because(Code::MalformedJson, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[allow(dead_code, reason = "only parsed")]
    struct Body {
        content: String,
        #[serde(default)]
        count: Option<u8>,
        #[serde(default)]
        list: Vec<u8>,
    }

    #[test]
    fn mistakes_are_named() {
        for (json, code, pointer) in [
            ("", Code::MalformedJson, None),
            ("{", Code::MalformedJson, None),
            ("{\"content\":\"\\ud800\"}", Code::MalformedJson, None),
            ("[\"a\"]", Code::ValidationFailed, Some("")),
            ("null", Code::ValidationFailed, Some("")),
            ("12", Code::ValidationFailed, Some("")),
            ("{}", Code::ValidationFailed, Some("/content")),
            ("{\"content\":1}", Code::ValidationFailed, Some("/content")),
            ("{\"content\":\"a\",\"list\":[1,\"x\"]}", Code::ValidationFailed, Some("/list/1")),
            ("{\"content\":\"a\",\"count\":1e99}", Code::ValidationFailed, Some("/count")),
            ("{\"content\":\"a\"} x", Code::MalformedJson, None),
            ("\u{0}", Code::MalformedJson, None),
        ] {
            let error = from_json::<Body>(json.as_bytes()).unwrap_err();
            assert_eq!(error.code, code, "{json}: {error}");
            assert_eq!(error.fields.first().map(|f| f.pointer.as_ref()), pointer, "{json}");
        }
        assert!(from_json::<Body>(b" {\"content\":\"a\",\"other\":[1]} ").is_ok());
    }

    #[test]
    fn deep_nesting_is_not_fatal() {
        let nested = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let ignored = format!("{{\"content\":\"a\",\"x\":{nested}}}");
        assert!(from_json::<Body>(ignored.as_bytes()).is_ok(), "skipped without recursion");
        let read = format!("{{\"content\":{nested}}}");
        assert_eq!(from_json::<Body>(read.as_bytes()).unwrap_err().code, Code::ValidationFailed);
        let bare = "[".repeat(100_000);
        assert_eq!(from_json::<Body>(bare.as_bytes()).unwrap_err().code, Code::MalformedJson);
    }
}
