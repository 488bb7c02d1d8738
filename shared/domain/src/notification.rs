//! What a user is told besides the messages themselves, and when that counts as read.

use crate::{NotificationId, NotifyLevel, RoomId, Timestamp, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How long a notification is kept, in milliseconds (30 days).
pub const NOTIFICATION_MS: i64 = 30 * 24 * 60 * 60 * 1000;
/// Notifications that are looked at for the number of unread ones; a user with more sees this many.
pub const UNREAD_NOTIFICATIONS_MAX: usize = 200;
/// Characters of a message that a notification shows.
pub const NOTIFICATION_CHARS_MAX: usize = 200;

/// Why somebody is notified. In order of importance: one event gives one person one notification, of
/// the most important kind that applies.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum NotificationKind {
    /// Added to a room by somebody.
    RoomInvite,
    /// Written to in a direct room.
    DirectMessage,
    /// Answered.
    Reply,
    /// Named.
    Mention,
}

impl NotificationKind {
    /// The word on the wire and in the table.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RoomInvite => "room_invite",
            Self::DirectMessage => "direct_message",
            Self::Reply => "reply",
            Self::Mention => "mention",
        }
    }

    /// Reads the word in the table.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::RoomInvite, Self::DirectMessage, Self::Reply, Self::Mention]
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }

    /// Whether a member who wants to be told `level` is told of this.
    pub fn wanted(self, level: NotifyLevel) -> bool {
        match level {
            NotifyLevel::All => true,
            NotifyLevel::Mentions => matches!(self, Self::Mention | Self::Reply),
            NotifyLevel::Muted => false,
        }
    }
}

/// A notification as it is stored. It holds no text: that is read from the message when it is shown,
/// so nothing deleted can come back from here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    /// Its id: the same for the same event and person.
    pub id: NotificationId,
    /// Whose it is.
    pub user: UserId,
    /// Why.
    pub kind: NotificationKind,
    /// Where.
    pub room: RoomId,
    /// The number of the message, or of the event.
    pub seq: u64,
    /// Who did it.
    pub actor: UserId,
    /// How many messages it stands for; more than one in direct rooms only.
    pub count: u64,
    /// When it happened.
    pub created_at: Timestamp,
    /// When it was stored: a little later.
    pub noted_at: Timestamp,
    /// Whether it was marked as read by itself.
    pub read: bool,
}

/// Up to where a user has marked everything as read: what is not newer, by id, and was stored by then.
/// So what was under way at that moment stays unread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadUpTo {
    /// The newest notification that is meant.
    pub id: NotificationId,
    /// When that one's event happened.
    pub created_at: Timestamp,
    /// What was stored later is not meant.
    pub noted_at: Timestamp,
}

impl Notification {
    /// When it is gone.
    pub fn ends_at(&self) -> Timestamp {
        self.created_at.plus_ms(NOTIFICATION_MS)
    }

    /// Whether it counts as read: by itself, with all others, or because its message has been read
    /// (`read_seq` is how far the user has read the room).
    pub fn is_read(&self, up_to: Option<ReadUpTo>, read_seq: u64) -> bool {
        let with_all =
            up_to.is_some_and(|mark| self.id <= mark.id && self.noted_at <= mark.noted_at);
        let with_room = self.kind != NotificationKind::RoomInvite && self.seq <= read_seq;
        self.read || with_all || with_room
    }
}

/// The unread notification of a direct room: the next message takes its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DirectNotice {
    /// Its id.
    pub id: NotificationId,
    /// The first message it stands for.
    pub first_seq: u64,
    /// The last one.
    pub seq: u64,
    /// How many.
    pub count: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels() {
        use NotificationKind::{DirectMessage, Mention, Reply, RoomInvite};
        for (kind, all, mentions) in [
            (Mention, true, true),
            (Reply, true, true),
            (DirectMessage, true, false),
            (RoomInvite, true, false),
        ] {
            assert_eq!(kind.wanted(NotifyLevel::All), all, "{kind:?}");
            assert_eq!(kind.wanted(NotifyLevel::Mentions), mentions, "{kind:?}");
            assert!(!kind.wanted(NotifyLevel::Muted), "{kind:?}");
            assert_eq!(NotificationKind::parse(kind.as_str()), Some(kind));
        }
        assert!(Mention > Reply && Reply > DirectMessage && DirectMessage > RoomInvite);
    }

    #[test]
    fn reading() {
        let at = Timestamp::from_ms;
        let id = |ms| NotificationId::new(at(ms), [0; 10]);
        let note = Notification {
            id: id(100),
            user: UserId::new(at(0), [1; 10]),
            kind: NotificationKind::Mention,
            room: RoomId::new(at(0), [2; 10]),
            seq: 7,
            actor: UserId::new(at(0), [3; 10]),
            count: 1,
            created_at: at(100),
            noted_at: at(150),
            read: false,
        };
        let up_to =
            |ms, noted| Some(ReadUpTo { id: id(ms), created_at: at(ms), noted_at: at(noted) });
        for (name, mark, read_seq, read) in [
            ("new", None, 6, false),
            ("its message was read", None, 7, true),
            ("with all", up_to(100, 200), 0, true),
            ("all older ones", up_to(99, 200), 0, false),
            ("stored after that", up_to(100, 149), 0, false),
        ] {
            assert_eq!(note.is_read(mark, read_seq), read, "{name}");
        }
        assert!(Notification { read: true, ..note.clone() }.is_read(None, 0));
        let invite = Notification { kind: NotificationKind::RoomInvite, ..note };
        assert!(!invite.is_read(None, 100), "there is no message to read");
    }
}
