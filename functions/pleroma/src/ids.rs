//! Ids as Pleroma's clients see them: opaque texts that sort by age. A message's has its number with leading
//! zeros, so that "newer" is "greater" for clients that compare; chats, accounts and files have ours.

use domain::{AttachmentId, FieldError, MessageId, RoomId};
use serde::Serializer;

/// The digits a number can have.
const DIGITS: usize = 12;

/// A message's id.
pub fn message_id(id: MessageId) -> String {
    format!("{}-{:0DIGITS$}", id.room, id.seq)
}

/// Reads a message's id, with or without the zeros.
pub fn parse_message_id(text: &str) -> Option<MessageId> {
    let (room, seq) = text.rsplit_once('-')?;
    let plain = seq.len() <= DIGITS && seq.bytes().all(|b| b.is_ascii_digit());
    let seq = plain.then(|| seq.parse().ok()).flatten().filter(|seq| *seq > 0)?;
    Some(MessageId { room: room.parse().ok()?, seq })
}

/// Reads the id of a message of this chat; `field` is where it stands.
pub fn message_of(text: &str, room: RoomId, field: &'static str) -> Result<MessageId, FieldError> {
    let wrong = || FieldError::new(field, "invalid", "must be the id of a message of this chat");
    parse_message_id(text).filter(|id| id.room == room).ok_or_else(wrong)
}

/// Reads a file's id.
pub fn media_id(text: &str) -> Result<AttachmentId, FieldError> {
    text.parse().map_err(|_| FieldError::new("/media_id", "invalid", "must be the id of a file"))
}

/// For serde: a message's id.
pub fn serialize<S: Serializer>(id: &MessageId, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&message_id(*id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Timestamp;

    #[test]
    fn newer_messages_have_greater_ids() {
        let room = RoomId::new(Timestamp::from_ms(1_790_000_000_000), [7; 10]);
        let id = |seq| MessageId { room, seq };
        let mut last = String::new();
        for seq in [1, 9, 10, 99, 100, 999_999_999_999] {
            let text = message_id(id(seq));
            assert!(text > last, "{text}");
            assert_eq!(parse_message_id(&text), Some(id(seq)));
            assert_eq!(parse_message_id(&id(seq).to_string()), Some(id(seq)), "without zeros");
            last = text;
        }
        for bad in ["", "1", "-1", "x-000000000001", "0", "+1", "0000000000001", "00"] {
            assert_eq!(parse_message_id(&format!("{room}-{bad}")), (bad == "1").then(|| id(1)));
            assert_eq!(parse_message_id(bad), None, "{bad}");
        }
        let other = RoomId::new(Timestamp::from_ms(0), [1; 10]);
        assert!(message_of(&message_id(id(1)), room, "max_id").is_ok());
        assert!(message_of(&message_id(id(1)), other, "max_id").is_err());
    }
}
