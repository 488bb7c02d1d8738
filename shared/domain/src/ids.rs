//! Identifiers. Rooms, users and sessions are UUIDv7 (RFC 9562); a message's id carries its address.

use crate::Timestamp;
use crate::schema::schema_as;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::str::FromStr;
use uuid::{Builder, Uuid};

/// Text that is not an identifier of the wanted kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAnId;

impl fmt::Display for NotAnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an id")
    }
}

macro_rules! via_text {
    ($name:ident, $expected:literal) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(|_| de::Error::custom($expected))
            }
        }
    };
}

/// The one spelling of an id: lower case with hyphens.
const UUID_PATTERN: &str = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$";
/// A UUID, then the place in the room.
const MESSAGE_ID_PATTERN: &str =
    "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}-[1-9][0-9]{0,11}$";

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// A fresh id from the time and ten random bytes.
            pub fn new(now: Timestamp, random: [u8; 10]) -> Self {
                let ms = u64::try_from(now.ms()).unwrap_or(0);
                Self(Builder::from_unix_timestamp_millis(ms, &random).into_uuid())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            /// Takes the lower-case hyphenated form only, so that an id has one spelling.
            fn from_str(text: &str) -> Result<Self, NotAnId> {
                let plain = text.len() == 36 && !text.bytes().any(|b| b.is_ascii_uppercase());
                let id = plain.then(|| Uuid::try_parse(text).ok()).flatten();
                id.map(Self).ok_or(NotAnId)
            }
        }

        via_text!($name, "expected an id");
        schema_as!($name, {"type": "string", "format": "uuid", "pattern": UUID_PATTERN});
    };
}

uuid_id!(
    /// A room.
    RoomId
);
uuid_id!(
    /// A user.
    UserId
);
uuid_id!(
    /// A signed-in session: one per login.
    SessionId
);
uuid_id!(
    /// An uploaded file.
    AttachmentId
);
uuid_id!(
    /// A notification.
    NotificationId
);
uuid_id!(
    /// A contact on somebody else's server.
    ContactId
);

/// A message: its room and its place in it, `<room id>-<seq>`. It can be resolved with one strongly
/// consistent read, so an edit right after the send never misses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId {
    /// The room the message is in.
    pub room: RoomId,
    /// The message's place in the room, from 1.
    pub seq: u64,
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.room, self.seq)
    }
}

impl FromStr for MessageId {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let (room, seq) = text.rsplit_once('-').ok_or(NotAnId)?;
        let digits = !seq.is_empty()
            && seq.len() <= 12
            && !seq.starts_with('0')
            && seq.bytes().all(|b| b.is_ascii_digit());
        if !digits {
            return Err(NotAnId);
        }
        Ok(Self { room: room.parse()?, seq: seq.parse().map_err(|_| NotAnId)? })
    }
}

via_text!(MessageId, "expected the id of a message");
schema_as!(MessageId, {
    "type": "string",
    "pattern": MESSAGE_ID_PATTERN,
    "description": "Treat it as opaque: its form may change.",
});

/// A protocol of others that the same chat speaks, beside its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Face {
    /// The chats API of Pleroma.
    Pleroma,
    /// Private chats of Cadmium.
    Cadmium,
    /// DirectChat, between servers.
    Directchat,
}

impl Face {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Pleroma, Self::Cadmium, Self::Directchat];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pleroma => "pleroma",
            Self::Cadmium => "cadmium",
            Self::Directchat => "directchat",
        }
    }
}

/// A WebSocket connection, as API Gateway names it (base64 text, treated as opaque). One of another
/// protocol has the name of its face and a colon before it.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(transparent)]
pub struct ConnectionId(pub String);

impl ConnectionId {
    /// A connection of a face.
    pub fn of(face: Face, at_gateway: &str) -> Self {
        Self(format!("{}:{at_gateway}", face.as_str()))
    }

    /// The face it belongs to; none for our own sockets.
    pub fn face(&self) -> Option<Face> {
        let (name, _) = self.0.split_once(':')?;
        Face::ALL.into_iter().find(|face| face.as_str() == name)
    }

    /// The name that API Gateway knows it by.
    pub fn at_gateway(&self) -> &str {
        match self.face() {
            Some(face) => &self.0[face.as_str().len() + 1..],
            None => &self.0,
        }
    }
}

/// A caller's key for one request: the same key means the same request. 1-64 characters of
/// `[A-Za-z0-9._:-]`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ClientKey(String);

impl ClientKey {
    /// The key as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ClientKey {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let fits = (1..=64).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._:-".contains(&b));
        fits.then(|| Self(text.to_owned())).ok_or(NotAnId)
    }
}

impl fmt::Display for ClientKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

via_text!(ClientKey, "expected 1-64 letters, digits or . _ : -");
schema_as!(ClientKey, {
    "type": "string",
    "pattern": "^[A-Za-z0-9._:-]{1,64}$",
    "description": "The caller's key for one request: the same key means the same request.",
});

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_connection_of_a_face_says_so() {
        let own = ConnectionId("L0SM9cOFvHcCIhw=".into());
        assert_eq!((own.face(), own.at_gateway()), (None, "L0SM9cOFvHcCIhw="));
        for face in Face::ALL {
            let theirs = ConnectionId::of(face, "L0SM9cOFvHcCIhw=");
            assert_eq!((theirs.face(), theirs.at_gateway()), (Some(face), "L0SM9cOFvHcCIhw="));
        }
    }

    #[test]
    fn an_id_has_one_spelling() {
        let id = RoomId::new(Timestamp::from_ms(1_790_000_000_000), [7; 10]);
        assert_eq!(id.to_string().parse(), Ok(id));
        for bad in [
            id.to_string().to_uppercase(),
            id.to_string().replace('-', ""),
            format!("{{{id}}}"),
            String::new(),
            "../../etc/passwd".into(),
        ] {
            assert_eq!(bad.parse::<RoomId>(), Err(NotAnId), "{bad}");
        }
    }

    #[test]
    fn message_ids_refuse_what_is_not_a_place() {
        let room = RoomId::new(Timestamp::from_ms(0), [1; 10]);
        for bad in ["", "-", "0", "01", "x", "9999999999999", "-1"] {
            assert_eq!(format!("{room}-{bad}").parse::<MessageId>(), Err(NotAnId), "{bad}");
        }
        assert_eq!(room.to_string().parse::<MessageId>(), Err(NotAnId));
    }

    #[test]
    fn client_keys() {
        for good in ["a", "018f-", &"k".repeat(64), "txn:1.2_3"] {
            assert!(good.parse::<ClientKey>().is_ok(), "{good}");
        }
        for bad in ["", &"k".repeat(65), "with space", "ü", "a#b", "a/b"] {
            assert!(bad.parse::<ClientKey>().is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn message_ids_read_back(ms in 0i64..4_000_000_000_000, random: [u8; 10], seq in 1u64..999_999_999_999) {
            let id = MessageId { room: RoomId::new(Timestamp::from_ms(ms), random), seq };
            prop_assert_eq!(id.to_string().parse(), Ok(id));
        }

        #[test]
        fn no_text_panics(text in "\\PC*") {
            let _ = text.parse::<MessageId>();
            let _ = text.parse::<UserId>();
            let _ = text.parse::<ClientKey>();
        }
    }
}
