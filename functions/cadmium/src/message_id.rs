//! Message ids of the protocol are bare UUIDs. Ours is a room and a number in it, which is more than a UUID
//! holds; but whoever names a message names the other one of the chat too (`to`), and so the room. The UUID
//! carries the number, and enough of the room's hash to be nobody else's (docs/decisions/0019-cadmium-ids.md).

use domain::{ConnectionId, MessageId, RoomId};
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

/// Where the number begins: the last five bytes, 40 bits, which twelve decimal digits fit.
const SEQ_AT: usize = 11;

/// The UUID of a message (version 8).
pub fn encode(id: MessageId) -> String {
    uuid(id).hyphenated().to_string()
}

fn uuid(id: MessageId) -> Uuid {
    let hash = Sha256::digest(format!("cadmium message {}", id.room));
    let mut bytes = [0; 16];
    bytes[..SEQ_AT].copy_from_slice(&hash[..SEQ_AT]);
    bytes[SEQ_AT..].copy_from_slice(&id.seq.to_be_bytes()[3..]);
    Builder::from_custom_bytes(bytes).into_uuid()
}

/// The message that a UUID stands for in a room; none where it belongs to another.
pub fn decode(room: RoomId, text: &str) -> Option<MessageId> {
    // With hyphens, in either case; not the other forms that parsers take.
    let given = Uuid::try_parse(text).ok().filter(|_| text.len() == 36)?;
    let mut seq = [0; 8];
    seq[3..].copy_from_slice(&given.as_bytes()[SEQ_AT..]);
    let id = MessageId { room, seq: u64::from_be_bytes(seq) };
    (id.seq > 0 && uuid(id) == given).then_some(id)
}

/// How much of a connection's hash a key carries, in characters.
const ORIGIN_CHARS: usize = 16;

/// A connection as it stands at the beginning of [`send_key`]s.
pub fn origin(connection: &ConnectionId) -> String {
    let mut hash = hex(&Sha256::digest(&connection.0));
    hash.truncate(ORIGIN_CHARS);
    hash
}

/// The key of a send: the same id on the same connection means the same request, and the device that sent a
/// message is known when copies of it go to the others. Without an id every request is one of its own.
pub fn send_key(connection: &ConnectionId, id: &str) -> String {
    let own = match id {
        "" => hex(&rand::random::<[u8; 16]>()),
        id => hex(&Sha256::digest(id)[..16]),
    };
    format!("{}.{own}", origin(connection))
}

/// A connection as a UUID.
pub fn connection_uuid(connection: &ConnectionId) -> String {
    let hash = Sha256::digest(format!("cadmium connection {}", connection.0));
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    Builder::from_custom_bytes(bytes).into_uuid().hyphenated().to_string()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{ClientKey, Face, Timestamp};
    use proptest::prelude::*;

    fn room(n: u8) -> RoomId {
        RoomId::new(Timestamp::from_ms(1_790_000_000_000), [n; 10])
    }

    #[test]
    fn an_id_is_a_bare_uuid_of_its_room_only() {
        let id = MessageId { room: room(1), seq: 7 };
        let text = encode(id);
        let parsed = Uuid::try_parse(&text).unwrap();
        assert_eq!((parsed.get_version_num(), text.len()), (8, 36));
        assert_eq!(parsed.get_variant(), uuid::Variant::RFC4122);
        assert_eq!(decode(room(1), &text), Some(id));
        assert_eq!(decode(room(1), &text.to_uppercase()), Some(id), "case is no part of a UUID");
        assert_eq!(decode(room(2), &text), None);
        for bad in ["", "7", "3b5135a5-aff5-4396-a629-a254f383e82f", &text.replace('-', "")] {
            assert_eq!(decode(room(1), bad), None, "{bad}");
        }
        assert_eq!(decode(room(1), &encode(MessageId { room: room(1), seq: 0 })), None);
    }

    #[test]
    fn a_key_tells_requests_and_devices_apart() {
        let [one, other] = ["a", "b"].map(|id| ConnectionId::of(Face::Cadmium, id));
        assert_eq!(send_key(&one, "abcd"), send_key(&one, "abcd"));
        assert_ne!(send_key(&one, "abcd"), send_key(&one, "abce"));
        assert_ne!(send_key(&one, "abcd"), send_key(&other, "abcd"));
        assert_ne!(send_key(&one, ""), send_key(&one, ""));
        assert!(send_key(&one, "😀").starts_with(&origin(&one)));
        assert!(send_key(&one, "😀").parse::<ClientKey>().is_ok());
    }

    proptest! {
        #[test]
        fn ids_read_back(random: [u8; 10], seq in 1u64..999_999_999_999) {
            let id = MessageId { room: RoomId::new(Timestamp::from_ms(0), random), seq };
            prop_assert_eq!(decode(id.room, &encode(id)), Some(id));
        }

        #[test]
        fn no_text_panics(text in "\\PC*") {
            prop_assert_eq!(decode(room(1), &text), None);
        }
    }
}
