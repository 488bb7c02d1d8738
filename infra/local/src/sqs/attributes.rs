//! `MessageAttributes`: their checksum and their form in an event.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

/// The checksum clients compare, over names, types and values in the order of the names.
#[must_use]
pub(super) fn md5(attributes: &Value) -> Option<String> {
    let map = attributes.as_object().filter(|map| !map.is_empty())?;
    let mut names: Vec<&String> = map.keys().collect();
    names.sort();
    let mut bytes = Vec::new();
    let part = |part: &[u8], bytes: &mut Vec<u8>| {
        bytes.extend_from_slice(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
        bytes.extend_from_slice(part);
    };
    for name in names {
        let value = &map[name];
        let kind = value.get("DataType").and_then(Value::as_str).unwrap_or_default();
        part(name.as_bytes(), &mut bytes);
        part(kind.as_bytes(), &mut bytes);
        if kind.starts_with("Binary") {
            bytes.push(2);
            let text = value.get("BinaryValue").and_then(Value::as_str).unwrap_or_default();
            part(&STANDARD.decode(text).unwrap_or_default(), &mut bytes);
        } else {
            bytes.push(1);
            part(
                value.get("StringValue").and_then(Value::as_str).unwrap_or_default().as_bytes(),
                &mut bytes,
            );
        }
    }
    Some(format!("{:x}", md5::compute(&bytes)))
}

/// As a function sees them in its event.
#[must_use]
pub(super) fn in_event(attributes: Option<&Value>) -> Value {
    let map: Map<String, Value> = attributes
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .map(|(name, value)| {
            let mut out = json!({"dataType": value.get("DataType"), "stringListValues": [], "binaryListValues": []});
            for (from, to) in [("StringValue", "stringValue"), ("BinaryValue", "binaryValue")] {
                if let Some(value) = value.get(from) {
                    out[to] = value.clone();
                }
            }
            (name.clone(), out)
        })
        .collect();
    Value::Object(map)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksum_does_not_depend_on_the_order() {
        let one = json!({"a": {"DataType": "String", "StringValue": "1"}, "b": {"DataType": "Number", "StringValue": "2"}});
        let other = json!({"b": {"DataType": "Number", "StringValue": "2"}, "a": {"DataType": "String", "StringValue": "1"}});
        assert_eq!(md5(&one), md5(&other));
        assert_eq!(md5(&json!({})), None);
    }
}
