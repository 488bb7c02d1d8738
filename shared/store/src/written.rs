//! What the table's stream says was written, as the use cases know it.

use crate::item::Item;
use crate::{log, messages};
use aws_sdk_dynamodb::types::AttributeValue;
use chat::Written;
use domain::{ChatError, Message, Result};
use serde_json::Value;

/// What a record of the stream means to those who are to be notified; nothing, mostly.
///
/// # Errors
/// If an item is not as this code writes it.
pub fn written(record: &Value) -> Result<Option<Written>> {
    let change = &record["dynamodb"];
    let sort_key = change["Keys"]["SK"]["S"].as_str().unwrap_or_default();
    if sort_key.starts_with("M#") {
        let message = |image: &str| -> Result<Option<Message>> {
            image_of(change, image)?.as_ref().map(messages::from_item).transpose()
        };
        return Ok(Written::of_message(message("OldImage")?, message("NewImage")?));
    }
    if sort_key.starts_with("E#") && record["eventName"] == "INSERT" {
        let entry = image_of(change, "NewImage")?.as_ref().map(log::from_item).transpose()?;
        return Ok(entry.and_then(Written::of_entry));
    }
    Ok(None)
}

fn image_of(change: &Value, name: &str) -> Result<Option<Item>> {
    let Some(image) = change.get(name).and_then(Value::as_object) else { return Ok(None) };
    let garbled = || ChatError::unavailable("stream: an image is garbled");
    let attribute = |(name, value): (&String, &Value)| Some((name.clone(), attribute(value)?));
    image.iter().map(attribute).collect::<Option<Item>>().map(Some).ok_or_else(garbled)
}

/// One attribute as DynamoDB writes it in JSON: `{"S": "text"}`.
fn attribute(value: &Value) -> Option<AttributeValue> {
    let (kind, value) = value.as_object()?.iter().next()?;
    let text = || value.as_str().map(str::to_owned);
    let texts = || -> Option<Vec<String>> {
        value.as_array()?.iter().map(|one| one.as_str().map(str::to_owned)).collect()
    };
    Some(match kind.as_str() {
        "S" => AttributeValue::S(text()?),
        "N" => AttributeValue::N(text()?),
        "BOOL" => AttributeValue::Bool(value.as_bool()?),
        "NULL" => AttributeValue::Null(true),
        "SS" => AttributeValue::Ss(texts()?),
        "NS" => AttributeValue::Ns(texts()?),
        "L" => AttributeValue::L(value.as_array()?.iter().map(attribute).collect::<Option<_>>()?),
        "M" => {
            let members = value.as_object()?.iter();
            let member = |(name, value): (&String, &Value)| Some((name.clone(), attribute(value)?));
            AttributeValue::M(members.map(member).collect::<Option<_>>()?)
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{Change, LogEntry, MessageId, Role, RoomId, Timestamp, UserId};
    use serde_json::json;

    fn json(item: &Item) -> Value {
        let one = |value: &AttributeValue| match value {
            AttributeValue::S(text) => json!({"S": text}),
            AttributeValue::N(digits) => json!({"N": digits}),
            AttributeValue::Bool(on) => json!({"BOOL": on}),
            AttributeValue::M(_) => json!({"M": {}}),
            other => panic!("{other:?}"),
        };
        item.iter().map(|(name, value)| (name.clone(), one(value))).collect()
    }

    fn record(kind: &str, old: Option<&Item>, new: Option<&Item>) -> Value {
        let keys = new.or(old).map(json).unwrap();
        let mut change = json!({"Keys": {"PK": keys["PK"], "SK": keys["SK"]}});
        for (name, image) in [("OldImage", old), ("NewImage", new)] {
            if let Some(image) = image {
                change[name] = json(image);
            }
        }
        json!({"eventName": kind, "dynamodb": change})
    }

    #[test]
    fn records_are_read() {
        let at = Timestamp::from_ms(1);
        let room = RoomId::new(at, [1; 10]);
        let (ann, bob) = (UserId::new(at, [2; 10]), UserId::new(at, [3; 10]));
        let sent = Message::new(MessageId { room, seq: 7 }, ann, "hello".into(), at, 1);
        let item = messages::to_item(&sent).unwrap();
        let read = written(&record("INSERT", None, Some(&item))).unwrap();
        assert_eq!(read, Some(Written::Sent(Box::new(sent.clone()))));
        let edited = Message { body: "bye".into(), edited_at: Some(at), ..sent.clone() };
        let edited_item = messages::to_item(&edited).unwrap();
        let read = written(&record("MODIFY", Some(&item), Some(&edited_item))).unwrap();
        assert_eq!(read, Some(Written::Edited(Box::new(sent.clone()), Box::new(edited.clone()))));
        let gone = messages::to_item(&edited.tombstone(at, ann, 9)).unwrap();
        let read = written(&record("MODIFY", Some(&edited_item), Some(&gone))).unwrap();
        assert_eq!(read, Some(Written::Deleted(Box::new(edited))));
        let read = written(&record("MODIFY", Some(&item), Some(&item))).unwrap();
        assert_eq!(read, None, "a reaction, or an answer to it");
        let entry = |user| LogEntry {
            room,
            seq: 8,
            at,
            ordinal: 1,
            actor: ann,
            change: Change::UserJoined { user, role: Role::Member },
        };
        let added = log::to_item(&entry(bob)).unwrap();
        let read = written(&record("INSERT", None, Some(&added))).unwrap();
        assert_eq!(read, Some(Written::Added(Box::new(entry(bob)))));
        let joined = log::to_item(&entry(ann)).unwrap();
        assert_eq!(written(&record("INSERT", None, Some(&joined))), Ok(None));
        let line = messages::to_item(&entry(bob).system_message().unwrap()).unwrap();
        assert_eq!(written(&record("INSERT", None, Some(&line))), Ok(None));
        let other = json!({"eventName": "MODIFY", "dynamodb": {"Keys": {"SK": {"S": "PROFILE"}}}});
        assert_eq!(written(&other), Ok(None));
        let garbled = json!({"dynamodb": {"Keys": {"SK": {"S": "M#1"}}, "NewImage": {"PK": {"S": 7}}}});
        assert!(written(&garbled).is_err());
    }
}
