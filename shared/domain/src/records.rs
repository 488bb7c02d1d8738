//! What is stored, as values: the use cases load and write these, `store` maps them to items.

use crate::{
    ChatError, Code, ConnectionId, Message, MessageId, MessageKind, Result, Role, RoomId, RoomKind,
    SessionId, Timestamp, UserId,
};
use schemars::JsonSchema;
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
    /// Pinned messages now, at most [`PINS_MAX`].
    pub pin_count: u64,
    /// The two members of a direct room.
    pub pair: Option<(UserId, UserId)>,
    /// Those of the two who have blocked the other: kept here as well, so that a send learns of it
    /// from the room it reads anyway.
    pub blocked_by: Vec<UserId>,
    /// Those of the two whose account is deactivated, kept here for the same reason.
    pub gone: Vec<UserId>,
    /// Set when the room is gone; every read treats it as unknown.
    pub deleted_at: Option<Timestamp>,
}

/// How many void ordinals a room remembers.
pub const VOIDS_MAX: usize = 50;
/// Messages pinned in one room.
pub const PINS_MAX: u64 = 250;

impl Room {
    /// A room without name and events, whose creator is its only member.
    pub fn new(id: RoomId, kind: RoomKind, creator: UserId, now: Timestamp) -> Self {
        Self {
            id,
            kind,
            name: None,
            description: None,
            creator,
            created_at: now,
            last_seq: 0,
            message_count: 0,
            last_message_seq: 0,
            last_message_at: None,
            last_seq_at: None,
            voids: Vec::new(),
            member_count: 1,
            pin_count: 0,
            pair: None,
            blocked_by: Vec::new(),
            gone: Vec::new(),
            deleted_at: None,
        }
    }

    /// Messages after the `ordinal`th that can be read.
    pub fn messages_after(&self, ordinal: u64) -> u64 {
        let voids = self.voids.iter().filter(|void| **void > ordinal).count() as u64;
        self.message_count.saturating_sub(ordinal).saturating_sub(voids)
    }

    /// The other member of a direct room.
    pub fn peer_of(&self, user: UserId) -> Option<UserId> {
        self.pair.map(|(a, b)| if a == user { b } else { a })
    }

    /// Whether `user` may write to the other in a direct room: refused when one of the two has
    /// blocked the other, or when the other's account is deactivated. Who has blocked is told so,
    /// whatever the other has done.
    pub fn may_reach_peer(&self, user: UserId) -> Result<()> {
        if self.blocked_by.contains(&user) {
            return Err(ChatError::new(Code::YouBlockedUser));
        }
        if !self.blocked_by.is_empty() {
            return Err(ChatError::new(Code::Blocked));
        }
        if self.gone.is_empty() { Ok(()) } else { Err(ChatError::new(Code::AccountDeactivated)) }
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

/// How far a member has read. Moves forward, and back only when its owner marks something unread.
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
    /// The furthest the read mark has ever been: receipts go by it. The mark itself moves back when its
    /// owner marks something unread, and nobody else is told.
    pub seen_seq: u64,
    /// When `seen_seq` last moved.
    pub read_at: Option<Timestamp>,
    /// The last message that reached one of their devices; kept in direct rooms only.
    pub delivered_seq: u64,
    /// When that was.
    pub delivered_at: Option<Timestamp>,
    /// What they want to be told about, if they have chosen.
    pub notify: Option<NotifyLevel>,
    /// Messages that mention them, the newest [`MENTION_SEQS_MAX`], in no particular order. Those
    /// up to the read mark no longer count.
    pub mention_seqs: Vec<u64>,
}

/// Mentions remembered per member and room.
pub const MENTION_SEQS_MAX: usize = 100;
/// Members beyond which a public room tells of mentions only, unless chosen otherwise.
pub const QUIET_MEMBERS_MAX: u64 = 50;

/// What a member wants to be told about a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum NotifyLevel {
    /// Every message.
    All,
    /// Mentions and replies.
    Mentions,
    /// Nothing; mentions are still counted.
    Muted,
}

impl NotifyLevel {
    /// The word on the wire and in the table.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Mentions => "mentions",
            Self::Muted => "muted",
        }
    }

    /// Reads the word on the wire.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::All, Self::Mentions, Self::Muted].into_iter().find(|l| l.as_str() == text)
    }
}

impl Membership {
    /// The place of a newcomer: what was said before is not unread to them.
    pub fn new(room: &Room, user: UserId, role: Role, now: Timestamp) -> Self {
        Self {
            room: room.id,
            user,
            role,
            joined_at: now,
            read: ReadMark { seq: room.last_message_seq, ordinal: room.message_count },
            silenced_until: None,
            hidden_seq: None,
            seen_seq: 0,
            read_at: None,
            delivered_seq: 0,
            delivered_at: None,
            notify: None,
            mention_seqs: Vec::new(),
        }
    }

    /// What they are told about: as chosen, or by the kind and size of the room.
    pub fn notify_level(&self, room: &Room) -> NotifyLevel {
        let large = room.kind == RoomKind::Public && room.member_count > QUIET_MEMBERS_MAX;
        self.notify.unwrap_or(if large { NotifyLevel::Mentions } else { NotifyLevel::All })
    }

    /// Mentions after the read mark.
    pub fn mentions_unread(&self) -> u64 {
        self.mention_seqs.iter().filter(|seq| **seq > self.read.seq).count() as u64
    }

    /// Until when they may not write, if that is still to come.
    pub fn silenced(&self, now: Timestamp) -> Option<Timestamp> {
        self.silenced_until.filter(|until| *until > now)
    }

    /// Messages after the read mark.
    pub fn unread(&self, room: &Room) -> u64 {
        room.messages_after(self.read.ordinal)
    }

    /// Refused while silenced.
    pub fn may_write(&self, now: Timestamp) -> Result<()> {
        match self.silenced(now) {
            Some(_) => Err(ChatError::new(Code::Silenced)),
            None => Ok(()),
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
    /// Neither shows others what they have read nor sees what others have.
    pub hides_read: bool,
    /// Does not show when they were last here.
    pub hides_last_seen: bool,
}

impl Profile {
    /// A profile as it is right after registration.
    pub fn new(id: UserId, username: String, display_name: String, now: Timestamp) -> Self {
        Self {
            id,
            username,
            display_name,
            avatar_url: None,
            status: None,
            status_message: None,
            status_emoji: None,
            status_expires_at: None,
            created_at: now,
            last_seen: now,
            deactivated: false,
            hides_read: false,
            hides_last_seen: false,
        }
    }

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
    /// What the device said it is when it signed in (`User-Agent`).
    pub device: Option<String>,
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
    /// What the client of a face has asked for, in that protocol's words; nothing on our own sockets.
    pub topics: Vec<String>,
    /// When its client last gave a sign of life, to the minute.
    pub seen_at: Timestamp,
    /// Whether its user is away from this device.
    pub away: bool,
    /// The room its user is looking at, shown to that room's members only.
    pub current_room: Option<RoomId>,
}

impl Connection {
    /// A connection that receives everything, one event per frame.
    pub fn new(
        id: ConnectionId,
        session: SessionId,
        opened_at: Timestamp,
        expires_at: Timestamp,
    ) -> Self {
        Self {
            id,
            session,
            opened_at,
            expires_at,
            subscription: Subscription::All,
            batch: false,
            topics: Vec::new(),
            seen_at: opened_at,
            away: false,
            current_room: None,
        }
    }
}

/// Why somebody is no longer a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LeaveReason {
    /// They left.
    Left,
    /// They were removed.
    Removed,
    /// They were removed and may not come back.
    Banned,
}

/// An event of a room other than a new message. It names what changed and holds no text: what was
/// written is read from the message itself, so deleted text cannot come back from the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
#[allow(missing_docs, reason = "the events of docs/api.md, by name")]
pub enum Change {
    MessageUpdated {
        message_seq: u64,
    },
    MessageDeleted {
        message_seq: u64,
    },
    ReactionAdded {
        message_seq: u64,
        emoji: String,
    },
    ReactionRemoved {
        message_seq: u64,
        emoji: String,
    },
    /// `silenced_until`: they were silenced when they left, and that has not ended.
    UserJoined {
        user: UserId,
        role: Role,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        silenced_until: Option<Timestamp>,
    },
    UserLeft {
        user: UserId,
        reason: LeaveReason,
    },
    /// `renamed`: the new name, if that is what changed.
    RoomUpdated {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        renamed: Option<String>,
    },
    MemberUpdated {
        user: UserId,
        role: Role,
        silenced_until: Option<Timestamp>,
    },
    /// The actor was the owner and is an admin now.
    OwnershipTransferred {
        user: UserId,
    },
    MessagePinned {
        message_seq: u64,
    },
    MessageUnpinned {
        message_seq: u64,
    },
}

impl Change {
    /// The message the change is about.
    pub fn message_seq(&self) -> Option<u64> {
        match self {
            Self::MessageUpdated { message_seq }
            | Self::MessageDeleted { message_seq }
            | Self::ReactionAdded { message_seq, .. }
            | Self::ReactionRemoved { message_seq, .. }
            | Self::MessagePinned { message_seq }
            | Self::MessageUnpinned { message_seq } => Some(*message_seq),
            Self::UserJoined { .. }
            | Self::UserLeft { .. }
            | Self::RoomUpdated { .. }
            | Self::MemberUpdated { .. }
            | Self::OwnershipTransferred { .. } => None,
        }
    }

    /// The line a change leaves in the room's history, where it is worth one. It is stored as a
    /// message of kind `system` under the change's own number.
    pub fn system(&self, actor: UserId) -> Option<System> {
        let line = |kind, subject: &UserId| System { kind, subject: Some(*subject), text: None };
        Some(match self {
            Self::UserJoined { user, .. } if *user == actor => line(SystemKind::Joined, user),
            Self::UserJoined { user, .. } => line(SystemKind::Added, user),
            Self::UserLeft { user, reason } => match reason {
                LeaveReason::Left => line(SystemKind::Left, user),
                LeaveReason::Removed => line(SystemKind::Removed, user),
                LeaveReason::Banned => line(SystemKind::Banned, user),
            },
            Self::RoomUpdated { renamed: Some(name) } => {
                System { kind: SystemKind::Renamed, subject: None, text: Some(name.clone()) }
            }
            Self::OwnershipTransferred { user } => line(SystemKind::OwnershipTransferred, user),
            Self::MessagePinned { .. } => {
                System { kind: SystemKind::Pinned, subject: None, text: None }
            }
            _ => return None,
        })
    }
}

/// What a system message tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SystemKind {
    /// The subject came in by themselves.
    Joined,
    /// The actor added the subject.
    Added,
    /// The subject left.
    Left,
    /// The actor removed the subject.
    Removed,
    /// The actor removed the subject for good.
    Banned,
    /// The actor gave the room the name in `text`.
    Renamed,
    /// The actor made the subject the owner.
    OwnershipTransferred,
    /// The actor pinned a message.
    Pinned,
}

/// The content of a system message; clients put it into words. The actor is the message's sender.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct System {
    /// What happened.
    pub kind: SystemKind,
    /// To whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<UserId>,
    /// The new name, for `renamed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
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
    /// Messages the room counted when the number was taken.
    pub ordinal: u64,
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

    /// The system message it leaves in the history, where it leaves one. It is not counted, so it
    /// is never unread.
    pub fn system_message(&self) -> Option<Message> {
        let system = self.change.system(self.actor)?;
        let id = MessageId { room: self.room, seq: self.seq };
        Some(Message {
            kind: MessageKind::System,
            system: Some(system),
            ..Message::new(id, self.actor, String::new(), self.at, self.ordinal)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_reach_the_other_of_a_direct_room() {
        let at = Timestamp::from_ms(0);
        let [a, b] = [1, 2].map(|n| UserId::new(at, [n; 10]));
        let room = Room::new(RoomId::new(at, [0; 10]), RoomKind::Direct, a, at);
        let (mine, theirs) = (Some(Code::YouBlockedUser), Some(Code::Blocked));
        let gone = Some(Code::AccountDeactivated);
        for (blocked_by, left, expected) in [
            (vec![], vec![], None),
            (vec![a], vec![], mine),
            (vec![b], vec![], theirs),
            (vec![b, a], vec![], mine),
            (vec![], vec![b], gone),
            (vec![a], vec![b], mine),
        ] {
            let room = Room { blocked_by, gone: left, ..room.clone() };
            assert_eq!(room.may_reach_peer(a).err().map(|e| e.code), expected, "{room:?}");
        }
    }

    #[test]
    fn unread_counts_what_can_be_read() {
        let at = Timestamp::from_ms(0);
        let creator = UserId::new(at, [1; 10]);
        let mut room = Room {
            last_seq: 12,
            message_count: 10,
            last_message_seq: 12,
            voids: vec![9, 3, 10],
            ..Room::new(RoomId::new(at, [0; 10]), RoomKind::Public, creator, at)
        };
        for (read, unread) in [(0, 7), (2, 5), (3, 5), (8, 0), (9, 0), (10, 0), (11, 0)] {
            assert_eq!(room.messages_after(read), unread, "{read}");
        }
        room.voids.clear();
        assert_eq!(room.messages_after(4), 6);
    }
}
