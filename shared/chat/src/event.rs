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
    /// Whether the receiving sockets are closed after the event.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub close: bool,
    /// The event.
    pub event: Event,
}

impl Fanout {
    /// An event for an audience, nobody added and nobody left out.
    pub fn new(audience: Audience, event: Event) -> Self {
        Self { audience, also: Vec::new(), except: Vec::new(), after: None, close: false, event }
    }
}
