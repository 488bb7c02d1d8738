//! What is stored, as values: the use cases load and write these, `store` maps them to items.

use crate::{
    ChatError, Code, ConnectionId, MessageId, Result, Role, RoomId, RoomKind, SessionId, Timestamp,
    UserId,
};
use serde::{Deserialize, Serialize};

/// A room and its counters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Room {
    /// Its id.
    pub id: RoomId,
    /// Who may find and enter it.
    pub kind: RoomKind,
    /// Its name; a direct room has none and is shown under the peer's.
    pub name: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// Who opened it; stays after they leave.
    pub creator: UserId,
    /// When it was opened.
    pub created_at: Timestamp,
    /// The number the last event took; 0 before the first.
    pub last_seq: u64,
    /// Messages sent so far, deleted ones included.
    pub message_count: u64,
    /// The last message's number; 0 before the first.
    pub last_message_seq: u64,
    /// When the last message was sent.
    pub last_message_at: Option<Timestamp>,
    /// When the last number was taken.
    pub last_seq_at: Option<Timestamp>,
    /// Ordinals (the count a number was taken with) of sends that came to nothing after all: they
    /// were counted, and nobody can read them. The newest [`VOIDS_MAX`].
    pub voids: Vec<u64>,
    /// Members now.
    pub member_count: u64,
    /// The two members of a direct room.
    pub pair: Option<(UserId, UserId)>,
    /// Set when the room is gone; every read treats it as unknown.
    pub deleted_at: Option<Timestamp>,
}

/// How many void ordinals a room remembers.
pub const VOIDS_MAX: usize = 50;

impl Room {
    /// Messages after the `ordinal`th that can be read.
    pub fn messages_after(&self, ordinal: u64) -> u64 {
        let voids = self.voids.iter().filter(|void| **void > ordinal).count() as u64;
        self.message_count.saturating_sub(ordinal).saturating_sub(voids)
    }

    /// The other member of a direct room.
    pub fn peer_of(&self, user: UserId) -> Option<UserId> {
        self.pair.map(|(a, b)| if a == user { b } else { a })
    }

    /// What rooms are sorted by: the last message, or the opening.
    pub fn active_at(&self) -> Timestamp {
        self.last_message_at.unwrap_or(self.created_at)
    }

    /// Direct rooms cannot be changed, entered or left.
    pub fn not_direct(&self) -> Result<()> {
        if self.kind == RoomKind::Direct {
            return Err(ChatError::new(Code::DirectRoomImmutable));
        }
        Ok(())
    }
}

/// How far a member has read. Moves forward only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadMark {
    /// The last message read; 0 for none.
    pub seq: u64,
    /// Which message of the room that is: unread is the room's count minus this.
    pub ordinal: u64,
}

/// A user's place in a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// The room.
    pub room: RoomId,
    /// The member.
    pub user: UserId,
    /// The member's rank.
    pub role: Role,
    /// Since when.
    pub joined_at: Timestamp,
    /// How far they have read.
    pub read: ReadMark,
    /// May read but not write until then.
    pub silenced_until: Option<Timestamp>,
    /// A direct room taken off the list until an event passes this number.
    pub hidden_seq: Option<u64>,
}

impl Membership {
    /// Messages after the read mark.
    pub fn unread(&self, room: &Room) -> u64 {
        room.messages_after(self.read.ordinal)
    }

    /// Refused while silenced.
    pub fn may_write(&self, now: Timestamp) -> Result<()> {
        match self.silenced_until {
            Some(until) if until > now => Err(ChatError::new(Code::Silenced)),
            _ => Ok(()),
        }
    }

    /// Refused below `role`.
    pub fn at_least(&self, role: Role) -> Result<()> {
        if self.role >= role { Ok(()) } else { Err(ChatError::new(Code::InsufficientRole)) }
    }
}

/// What a user chose to be shown as.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Here.
    Online,
    /// Not at the keyboard.
    Away,
    /// Here, not to be disturbed.
    Busy,
    /// Not connected, or not wanting to be seen.
    #[default]
    Offline,
}

impl Status {
    /// The word on the wire and in the table.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Online => "online",
            Self::Away => "away",
            Self::Busy => "busy",
            Self::Offline => "offline",
        }
    }

    /// Reads the word on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Online, Self::Away, Self::Busy, Self::Offline]
            .into_iter()
            .find(|s| s.as_str() == text)
    }
}

/// A user as others see them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The user's id.
    pub id: UserId,
    /// Unique without regard to case; never changes.
    pub username: String,
    /// What is shown.
    pub display_name: String,
    /// A picture's address.
    pub avatar_url: Option<String>,
    /// The status chosen by hand, if any.
    pub status: Option<Status>,
    /// A line about themselves.
    pub status_message: Option<String>,
    /// The emoji beside it.
    pub status_emoji: Option<String>,
    /// When message and emoji end.
    pub status_expires_at: Option<Timestamp>,
    /// When they registered.
    pub created_at: Timestamp,
    /// When they last did something.
    pub last_seen: Timestamp,
    /// May no longer sign in; authorship stays.
    pub deactivated: bool,
}

impl Profile {
    /// The profile as it counts at `now`: an ended status message is gone.
    #[must_use]
    pub fn at(mut self, now: Timestamp) -> Self {
        if self.status_expires_at.is_some_and(|end| end <= now) {
            self.status_message = None;
            self.status_emoji = None;
            self.status_expires_at = None;
        }
        self
    }
}

/// What a sign-in is checked against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// Whose they are.
    pub user: UserId,
    /// Argon2id hash in PHC string format.
    pub password_hash: String,
}

/// One signed-in device. The record's absence ends every token of the session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its id, the token's `sid`.
    pub id: SessionId,
    /// Whose it is.
    pub user: UserId,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When its refresh token ends.
    pub expires_at: Timestamp,
    /// SHA-256 of the refresh token, in hex.
    pub refresh_hash: String,
    /// The refresh token before, and when it was replaced: a client that lost the answer may use it
    /// for a minute.
    pub previous: Option<(String, Timestamp)>,
}

/// What an idempotency key stands for. Kept for 24 hours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// SHA-256 of what was asked for, in hex.
    pub fingerprint: String,
    /// The number of the message that answered it.
    pub seq: u64,
}

/// Which rooms a connection receives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subscription {
    /// Every room its user is in.
    All,
    /// Only these.
    Explicit(Vec<RoomId>),
}

/// An open socket of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// API Gateway's name for it.
    pub id: ConnectionId,
    /// The session that opened it.
    pub session: SessionId,
    /// When it was opened. API Gateway answers 410 for a connection whose `$connect` has not
    /// returned yet, so a young one is not given up for that.
    pub opened_at: Timestamp,
    /// When it can no longer be open: two hours after it was opened (API Gateway's limit), or when
    /// the token ends.
    pub expires_at: Timestamp,
    /// What it receives.
    pub subscription: Subscription,
    /// Whether several events may come in one frame.
    pub batch: bool,
}

/// Why somebody is no longer a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LeaveReason {
    /// They left.
    Left,
    /// They were removed.
    Removed,
}

/// An event of a room other than a new message. It names what changed and holds no text: what was
/// written is read from the message itself, so deleted text cannot come back from the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
#[allow(missing_docs, reason = "the events of docs/api.md, by name")]
pub enum Change {
    MessageUpdated { message_seq: u64 },
    MessageDeleted { message_seq: u64 },
    ReactionAdded { message_seq: u64, emoji: String },
    ReactionRemoved { message_seq: u64, emoji: String },
    UserJoined { user: UserId, role: Role },
    UserLeft { user: UserId, reason: LeaveReason },
    RoomUpdated,
}

impl Change {
    /// The message the change is about.
    pub fn message_seq(&self) -> Option<u64> {
        match self {
            Self::MessageUpdated { message_seq }
            | Self::MessageDeleted { message_seq }
            | Self::ReactionAdded { message_seq, .. }
            | Self::ReactionRemoved { message_seq, .. } => Some(*message_seq),
            Self::UserJoined { .. } | Self::UserLeft { .. } | Self::RoomUpdated => None,
        }
    }
}

/// A change with its place in the room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// The room.
    pub room: RoomId,
    /// The number the change took.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// Who did it.
    pub actor: UserId,
    /// What it was.
    pub change: Change,
}

impl LogEntry {
    /// The message the change is about.
    pub fn message(&self) -> Option<MessageId> {
        self.change.message_seq().map(|seq| MessageId { room: self.room, seq })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unread_counts_what_can_be_read() {
        let mut room = Room {
            id: RoomId::new(Timestamp::from_ms(0), [0; 10]),
            kind: RoomKind::Public,
            name: None,
            description: None,
            creator: UserId::new(Timestamp::from_ms(0), [0; 10]),
            created_at: Timestamp::from_ms(0),
            last_seq: 12,
            message_count: 10,
            last_message_seq: 12,
            last_message_at: None,
            last_seq_at: None,
            voids: vec![9, 3, 10],
            member_count: 1,
            pair: None,
            deleted_at: None,
        };
        for (read, unread) in [(0, 7), (2, 5), (3, 5), (8, 0), (9, 0), (10, 0), (11, 0)] {
            assert_eq!(room.messages_after(read), unread, "{read}");
        }
        room.voids.clear();
        assert_eq!(room.messages_after(4), 6);
    }
}
