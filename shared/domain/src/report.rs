//! Reports of messages, and the record of what those with a rank have done.

use crate::ids::NotAnId;
use crate::schema::schema_as;
use crate::{
    Attached, Change, ChatError, Code, FieldError, LeaveReason, LogEntry, Message, MessageId,
    MessageKind, Result, Role, RoomId, Timestamp, UserId,
};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::str::FromStr;

/// How long a decided report and an audit record are kept, in milliseconds (one year).
pub const REVIEW_KEPT_MS: i64 = 365 * 24 * 60 * 60 * 1000;

/// A report: the message and who reported it, so one person has one report of a message, and it is
/// found with one strongly consistent read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReportId {
    /// What was reported.
    pub message: MessageId,
    /// By whom.
    pub reporter: UserId,
}

impl fmt::Display for ReportId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.message, self.reporter)
    }
}

/// Characters of a UUID.
const UUID_CHARS: usize = 36;

impl FromStr for ReportId {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let at = text.len().checked_sub(UUID_CHARS + 1).ok_or(NotAnId)?;
        let (message, reporter) = text.split_at_checked(at).ok_or(NotAnId)?;
        let reporter = reporter.strip_prefix('-').ok_or(NotAnId)?;
        Ok(Self { message: message.parse()?, reporter: reporter.parse()? })
    }
}

impl Serialize for ReportId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ReportId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(|_| de::Error::custom("expected the id of a report"))
    }
}

schema_as!(ReportId, {
    "type": "string",
    "pattern": "^[0-9a-f-]{36}-[1-9][0-9]{0,11}-[0-9a-f-]{36}$",
    "description": "Opaque.",
});

/// Words on the wire and in the table, beside each other.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        pub enum $name {
            $($(#[$each])* #[serde(rename = $word)] $variant,)*
        }

        impl $name {
            /// The word on the wire and in the table.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// Reads the word.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($word => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

words!(
    /// What is wrong with a message.
    ReportReason {
        /// Unwanted advertising.
        Spam = "spam",
        /// Aimed at somebody.
        Harassment = "harassment",
        /// Threatens or shows it.
        Violence = "violence",
        /// Against the law.
        Illegal = "illegal",
        /// Something else; the comment says what.
        Other = "other",
    }
);

words!(
    /// How far a report has come.
    #[derive(Hash, Default)]
    ReportStatus {
        /// Nobody has decided.
        #[default]
        Open = "open",
        /// Something was done.
        Resolved = "resolved",
        /// Nothing had to be done.
        Dismissed = "dismissed",
    }
);

words!(
    /// What was done about a report.
    #[derive(Default)]
    ReportAction {
        /// Nothing.
        #[default]
        None = "none",
        /// The message was deleted: the decision itself does it.
        DeleteMessage = "delete_message",
        /// Its sender was silenced.
        Silence = "silence",
        /// Its sender was removed from the room.
        Remove = "remove",
        /// Its sender was banned from the room.
        Ban = "ban",
    }
);

/// What a reporter or a reviewer says: at most 1,000 characters, line breaks allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark(String);

impl Remark {
    /// Normalises line ends, trims, checks the length; NUL is refused.
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        crate::text::paragraph(text, 0, 1_000).map(Self)
    }

    /// The text, unless there is none.
    pub fn into_option(self) -> Option<String> {
        Some(self.0).filter(|text| !text.is_empty())
    }
}

schema_as!(Remark, {"type": "string", "maxLength": 1_000, "pattern": "^[^\\u0000]*$"});

/// A message as it was when it was reported. It outlives edits and deletion, and is shown to
/// reviewers only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Who sent it.
    pub sender: UserId,
    /// What it held.
    pub kind: MessageKind,
    /// Its text.
    pub body: String,
    /// When it was sent.
    pub created_at: Timestamp,
    /// When its text had last changed.
    pub edited_at: Option<Timestamp>,
    /// What is known of its files; the files themselves go with the message.
    pub attachments: Vec<Attached>,
}

impl Snapshot {
    /// The message as it is now.
    pub fn of(message: &Message) -> Self {
        Self {
            sender: message.sender,
            kind: message.kind,
            body: message.body.clone(),
            created_at: message.created_at,
            edited_at: message.edited_at,
            attachments: message.attachments.clone(),
        }
    }
}

/// A report of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The message and the reporter.
    pub id: ReportId,
    /// What is wrong.
    pub reason: ReportReason,
    /// What the reporter says.
    pub comment: Option<String>,
    /// When it was reported.
    pub created_at: Timestamp,
    /// The message as it was then.
    pub snapshot: Snapshot,
    /// How far it has come.
    pub status: ReportStatus,
    /// What was done about it.
    pub action: ReportAction,
    /// What the reviewer says.
    pub note: Option<String>,
    /// When and by whom it was decided.
    pub decided: Option<(Timestamp, UserId)>,
    /// Goes up with every change.
    pub version: u64,
}

impl Report {
    /// When it is of no use any more: a year after it was decided; an open one stays.
    pub fn ends_at(&self) -> Option<Timestamp> {
        self.decided.map(|(at, _)| at.plus_ms(REVIEW_KEPT_MS))
    }
}

/// Somebody else's message that stands and is no system message.
pub fn may_report(message: &Message, by: UserId) -> Result<()> {
    if message.deleted.is_some() {
        return Err(ChatError::new(Code::MessageDeleted));
    }
    if message.sender == by || message.kind == MessageKind::System {
        return Err(ChatError::new(Code::NotReportable));
    }
    Ok(())
}

words!(
    /// What somebody with a rank has done.
    AuditAction {
        /// Deleted somebody else's message.
        MessageDeleted = "message_deleted",
        /// Brought somebody in.
        MemberAdded = "member_added",
        /// Removed somebody.
        MemberRemoved = "member_removed",
        /// Removed somebody for good.
        MemberBanned = "member_banned",
        /// Let a banned one come again.
        MemberUnbanned = "member_unbanned",
        /// Changed a member's role, or silenced them, or let them speak again.
        MemberUpdated = "member_updated",
        /// Made somebody else the owner.
        OwnershipTransferred = "ownership_transferred",
        /// Pinned a message.
        MessagePinned = "message_pinned",
        /// Took a pin off.
        MessageUnpinned = "message_unpinned",
        /// Changed the room's settings.
        RoomUpdated = "room_updated",
        /// Decided a report.
        ReportDecided = "report_decided",
    }
);

/// A record of what somebody with a rank has done: who, what, to whom, never any text. Kept for a
/// year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audit {
    /// Where.
    pub room: RoomId,
    /// When, and something that tells it from others of the same millisecond: sorts by time.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: UserId,
    /// What.
    pub action: AuditAction,
    /// To whom.
    pub subject: Option<UserId>,
    /// To which message.
    pub message_seq: Option<u64>,
    /// The role that was given.
    pub role: Option<Role>,
    /// Until when they were silenced.
    pub silenced_until: Option<Timestamp>,
    /// How a report was decided.
    pub status: Option<ReportStatus>,
}

impl Audit {
    /// A record of `action`; `which` tells it from others of the same millisecond.
    pub fn new(
        room: RoomId,
        at: Timestamp,
        which: impl fmt::Display,
        actor: UserId,
        action: AuditAction,
    ) -> Self {
        Self {
            room,
            id: format!("{:013}-{which}", at.ms()),
            at,
            actor,
            action,
            subject: None,
            message_seq: None,
            role: None,
            silenced_until: None,
            status: None,
        }
    }

    /// The record of a decision about a report.
    pub fn of_decision(report: &Report) -> Option<Self> {
        let (at, by) = report.decided?;
        let message = report.id.message;
        let which = format!("{:012}-{}", message.seq, report.id.reporter);
        Some(Self {
            subject: Some(report.snapshot.sender),
            message_seq: Some(message.seq),
            status: Some(report.status),
            ..Self::new(message.room, at, which, by, AuditAction::ReportDecided)
        })
    }
}

impl LogEntry {
    /// The record that the change leaves, where somebody has used their rank: what people do to
    /// themselves and to their own messages leaves none. `subject` is whom it is about where the
    /// change does not say: a deleted message's sender.
    pub fn audit(&self, subject: Option<UserId>) -> Option<Audit> {
        use AuditAction as A;
        let of = |action| {
            Audit::new(self.room, self.at, format!("{:012}", self.seq), self.actor, action)
        };
        let about = |action, user: &UserId| Audit { subject: Some(*user), ..of(action) };
        let audit = match &self.change {
            Change::MessageDeleted { .. } => about(A::MessageDeleted, &subject?),
            Change::UserJoined { user, .. } => about(A::MemberAdded, user),
            Change::UserLeft { user, reason } => match reason {
                LeaveReason::Left => return None,
                LeaveReason::Removed => about(A::MemberRemoved, user),
                LeaveReason::Banned => about(A::MemberBanned, user),
            },
            Change::MemberUpdated { user, role, silenced_until } => Audit {
                role: Some(*role),
                silenced_until: *silenced_until,
                ..about(A::MemberUpdated, user)
            },
            Change::OwnershipTransferred { user } => about(A::OwnershipTransferred, user),
            Change::MessagePinned { .. } => of(A::MessagePinned),
            Change::MessageUnpinned { .. } => of(A::MessageUnpinned),
            Change::RoomUpdated { .. } => of(A::RoomUpdated),
            Change::MessageUpdated { .. }
            | Change::ReactionAdded { .. }
            | Change::ReactionRemoved { .. } => return None,
        };
        let own = audit.subject == Some(self.actor);
        (!own).then(|| Audit { message_seq: self.change.message_seq(), ..audit })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn user(n: u8) -> UserId {
        UserId::new(Timestamp::from_ms(1), [n; 10])
    }

    fn message() -> Message {
        let id = MessageId { room: RoomId::new(Timestamp::from_ms(1), [0; 10]), seq: 7 };
        Message::new(id, user(1), "x".into(), Timestamp::from_ms(1_000), 7)
    }

    #[test]
    fn what_may_be_reported() {
        let code = |m: &Message, by| may_report(m, by).err().map(|e| e.code);
        assert_eq!(code(&message(), user(2)), None);
        assert_eq!(code(&message(), user(1)), Some(Code::NotReportable));
        let system = Message { kind: MessageKind::System, ..message() };
        assert_eq!(code(&system, user(2)), Some(Code::NotReportable));
        let gone = message().tombstone(Timestamp::from_ms(2), user(1), 8);
        assert_eq!(code(&gone, user(2)), Some(Code::MessageDeleted));
    }

    #[test]
    fn ranks_leave_records_and_people_do_not() {
        let until = Some(Timestamp::from_ms(9));
        let joined = |user| Change::UserJoined { user, role: Role::Member, silenced_until: None };
        let left = |user, reason| Change::UserLeft { user, reason };
        let silenced =
            |user| Change::MemberUpdated { user, role: Role::Member, silenced_until: until };
        let deleted = Change::MessageDeleted { message_seq: 3 };
        for (change, subject, expected) in [
            (deleted.clone(), Some(user(2)), Some((AuditAction::MessageDeleted, Some(user(2))))),
            (deleted.clone(), Some(user(1)), None),
            (deleted, None, None),
            (joined(user(2)), None, Some((AuditAction::MemberAdded, Some(user(2))))),
            (joined(user(1)), None, None),
            (left(user(1), LeaveReason::Left), None, None),
            (
                left(user(2), LeaveReason::Removed),
                None,
                Some((AuditAction::MemberRemoved, Some(user(2)))),
            ),
            (
                left(user(2), LeaveReason::Banned),
                None,
                Some((AuditAction::MemberBanned, Some(user(2)))),
            ),
            (silenced(user(2)), None, Some((AuditAction::MemberUpdated, Some(user(2))))),
            (
                Change::MessagePinned { message_seq: 3 },
                None,
                Some((AuditAction::MessagePinned, None)),
            ),
            (Change::MessageUpdated { message_seq: 3 }, None, None),
            (Change::ReactionAdded { message_seq: 3, emoji: "👍".into() }, None, None),
        ] {
            let (room, at) = (message().id.room, Timestamp::from_ms(5));
            let entry = LogEntry { room, seq: 9, at, ordinal: 1, actor: user(1), change };
            let audit = entry.audit(subject);
            assert_eq!(audit.map(|a| (a.action, a.subject)), expected, "{entry:?}");
        }
    }

    proptest! {
        #[test]
        fn report_ids_read_back(seq in 1u64..999_999_999_999, random: [u8; 10]) {
            let id = ReportId {
                message: MessageId { seq, ..message().id },
                reporter: UserId::new(Timestamp::from_ms(3), random),
            };
            prop_assert_eq!(id.to_string().parse(), Ok(id));
        }

        #[test]
        fn no_text_panics(text in "\\PC*") {
            let _ = text.parse::<ReportId>();
            let _ = Remark::parse(&text);
        }
    }
}
