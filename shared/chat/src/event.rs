//! Events as they travel: what the fan-out queue carries and what sockets receive.

use domain::{ConnectionId, RoomId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A frame to a client: `{type, seq, ts, data}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// The event's name, as in docs/api.md.
    #[serde(rename = "type")]
    pub kind: String,
    /// The room's number, for events of a room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
    /// When it happened.
    pub ts: Timestamp,
    /// What it says.
    pub data: Value,
}

/// Who is to receive an event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// The members of a room at the moment of delivery.
    Room(RoomId),
    /// Everybody who shares a room with this user, and the user.
    Acquaintances(UserId),
    /// These users.
    Users(Vec<UserId>),
    /// These sockets.
    Connections(Vec<ConnectionId>),
}

/// Who is to have received a message, and who is to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Who sent it.
    pub from: UserId,
    /// The other one.
    pub to: UserId,
}

/// What the fan-out queue carries: self-sufficient, so that delivery reads nothing but who is
/// there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fanout {
    /// Who receives it.
    pub audience: Audience,
    /// Users who receive it besides: somebody who has just left.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<UserId>,
    /// Users who do not: typing is not echoed, and those whom its user has blocked hear of neither
    /// typing, presence nor profile.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub except: Vec<UserId>,
    /// A large room's later shard: members after this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<UserId>,
    /// A message in a direct room: when it has reached its recipient, its sender is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Receipt>,
    /// Whether only those hear of it who let others know what they have read.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mutual: bool,
    /// Whether the receiving sockets are closed after the event.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub close: bool,
    /// The event.
    pub event: Event,
}

impl Event {
    /// What takes the place of an event that is too large to be sent: where to fetch it.
    pub fn stub(&self) -> Self {
        let field = |name: &str| self.data.get(name).cloned().unwrap_or_default();
        let id = self.data.pointer("/message/id").cloned().unwrap_or_else(|| field("message_id"));
        let (room_id, seq, event) = (field("room_id"), self.seq, self.kind.clone());
        Self::of(self.ts, crate::event_data::Truncated { room_id, seq, event, message_id: id })
    }
}

impl Fanout {
    /// An event for an audience, nobody added and nobody left out.
    pub fn new(audience: Audience, event: Event) -> Self {
        Self {
            audience,
            also: Vec::new(),
            except: Vec::new(),
            after: None,
            receipt: None,
            mutual: false,
            close: false,
            event,
        }
    }
}
