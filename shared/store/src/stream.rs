//! Records of the table's stream, as the changes they are. Whoever is fed by the stream filters by sort
//! key in the template; what comes through besides is [`TableChange::Other`].

use crate::item::{Fields, Item};
use crate::{keys, log, messages};
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chat::ports::TableChange;
use domain::{ChatError, Result};
use serde_json::{Map, Value};

/// Reads the `dynamodb` part of a record: keys and images.
pub fn change_of(record: &Value) -> Result<TableChange> {
    let image = |name: &str| record.get(name).map(item).transpose();
    let Some(keys) = image("Keys")? else { return Err(garbled("Keys")) };
    let key = Fields(&keys).key()?;
    if key.is_message() {
        let message = |name: &str| {
            let image = image(name)?;
            image.map(|item| messages::from_item(&item).map(Box::new)).transpose()
        };
        return Ok(TableChange::Message { was: message("OldImage")?, is: message("NewImage")? });
    }
    if key.is_entry() {
        // An entry is written once and never changes.
        let new = image("NewImage")?;
        let entry = new.map(|item| log::from_item(&item).map(Box::new)).transpose()?;
        return Ok(entry.map_or(TableChange::Other, TableChange::Logged));
    }
    if key.is_room() {
        let new = image("NewImage")?;
        let deleted = new.is_some_and(|item| item.contains_key("deleted_at"));
        let room = keys::room_in(&key.pk).ok_or_else(|| garbled("PK"))?;
        return Ok(if deleted { TableChange::RoomDeleted(room) } else { TableChange::Other });
    }
    Ok(TableChange::Other)
}

fn garbled(what: &str) -> ChatError {
    ChatError::unavailable(format_args!("stream: {what} is missing or garbled"))
}

fn item(value: &Value) -> Result<Item> {
    map(value.as_object().ok_or_else(|| garbled("an image"))?)
}

fn map(object: &Map<String, Value>) -> Result<Item> {
    object.iter().map(|(name, value)| Ok((name.clone(), attribute(value)?))).collect()
}

/// One value in DynamoDB's JSON: an object with its type as the only name.
fn attribute(value: &Value) -> Result<AttributeValue> {
    let wrong = || garbled("a value");
    let mut members = value.as_object().ok_or_else(wrong)?.iter();
    let (Some((kind, inner)), None) = (members.next(), members.next()) else { return Err(wrong()) };
    let text = |value: &Value| value.as_str().map(str::to_owned).ok_or_else(wrong);
    let bytes = |value: &Value| {
        let decoded = STANDARD.decode(value.as_str().ok_or_else(wrong)?);
        decoded.map(Blob::new).map_err(|_| wrong())
    };
    let all = || inner.as_array().ok_or_else(wrong);
    Ok(match kind.as_str() {
        "S" => AttributeValue::S(text(inner)?),
        "N" => AttributeValue::N(text(inner)?),
        "BOOL" => AttributeValue::Bool(inner.as_bool().ok_or_else(wrong)?),
        "NULL" => AttributeValue::Null(true),
        "B" => AttributeValue::B(bytes(inner)?),
        "SS" => AttributeValue::Ss(all()?.iter().map(text).collect::<Result<_>>()?),
        "NS" => AttributeValue::Ns(all()?.iter().map(text).collect::<Result<_>>()?),
        "BS" => AttributeValue::Bs(all()?.iter().map(bytes).collect::<Result<_>>()?),
        "L" => AttributeValue::L(all()?.iter().map(attribute).collect::<Result<_>>()?),
        "M" => AttributeValue::M(map(inner.as_object().ok_or_else(wrong)?)?),
        _ => return Err(wrong()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{Message, MessageId, RoomId, Timestamp, UserId};
    use serde_json::json;

    /// An item in DynamoDB's JSON.
    fn json_of(item: &Item) -> Value {
        let value = |value: &AttributeValue| match value {
            AttributeValue::S(text) => json!({"S": text}),
            AttributeValue::N(number) => json!({"N": number}),
            AttributeValue::Bool(flag) => json!({"BOOL": flag}),
            AttributeValue::Ss(all) => json!({"SS": all}),
            AttributeValue::M(map) => json!({"M": json_of(map)}),
            _ => json!({"NULL": true}),
        };
        item.iter().map(|(name, one)| (name.clone(), value(one))).collect::<Map<_, _>>().into()
    }

    #[test]
    fn records_are_changes() {
        let at = Timestamp::from_ms(1_790_000_000_000);
        let room = RoomId::new(at, [1; 10]);
        let id = MessageId { room, seq: 7 };
        let message = Message::new(id, UserId::new(at, [2; 10]), "tea".into(), at, 1);
        let image = json_of(&messages::to_item(&message).unwrap());
        let keys = json!({"PK": image["PK"], "SK": image["SK"]});
        let insert = json!({"Keys": keys, "NewImage": image, "SequenceNumber": "1"});
        let is = Some(Box::new(message));
        assert_eq!(change_of(&insert).unwrap(), TableChange::Message { was: None, is: is.clone() });
        let remove = json!({"Keys": keys, "OldImage": image});
        assert_eq!(change_of(&remove).unwrap(), TableChange::Message { was: is, is: None });

        let change = domain::Change::UserJoined {
            user: UserId::new(at, [3; 10]),
            role: domain::Role::Member,
            silenced_until: None,
        };
        let actor = UserId::new(at, [2; 10]);
        let entry = domain::LogEntry { room, seq: 8, at, ordinal: 1, actor, change };
        let image = json_of(&log::to_item(&entry).unwrap());
        let added = json!({"Keys": {"PK": image["PK"], "SK": image["SK"]}, "NewImage": image});
        assert_eq!(change_of(&added).unwrap(), TableChange::Logged(Box::new(entry)));

        let keys = json!({"PK": {"S": format!("ROOM#{room}")}, "SK": {"S": "ROOM"}});
        let gone = json!({"Keys": keys, "NewImage": {"deleted_at": {"N": "1"}}});
        assert_eq!(change_of(&gone).unwrap(), TableChange::RoomDeleted(room));
        let other = json!({"Keys": keys, "NewImage": {"last_seq": {"N": "1"}}});
        assert_eq!(change_of(&other).unwrap(), TableChange::Other);
        let other = json!({"Keys": {"PK": {"S": "USER#x"}, "SK": {"S": "PROFILE"}}});
        assert_eq!(change_of(&other).unwrap(), TableChange::Other);
    }

    #[test]
    fn every_kind_of_value_is_read_and_nothing_else() {
        let all = json!({"a": {"S": "x"}, "b": {"N": "1"}, "c": {"BOOL": true}, "d": {"NULL": true},
            "e": {"B": "AAEC"}, "f": {"SS": ["x"]}, "g": {"NS": ["1"]}, "h": {"BS": ["AA=="]},
            "i": {"L": [{"S": "x"}]}, "j": {"M": {"k": {"N": "2"}}}});
        assert_eq!(item(&all).unwrap().len(), 10);
        for bad in [
            json!("x"),
            json!({}),
            json!({"S": 1}),
            json!({"S": "a", "N": "1"}),
            json!({"X": "a"}),
            json!({"B": "?"}),
            json!({"L": [1]}),
        ] {
            assert!(attribute(&bad).is_err(), "{bad}");
        }
        for bad in [json!({}), json!({"Keys": {"PK": {"S": "a"}}}), json!({"Keys": 1})] {
            assert!(change_of(&bad).is_err(), "{bad}");
        }
    }
}
