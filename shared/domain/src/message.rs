//! Messages, and who may do what to one.

use crate::{Attached, ChatError, Code, MessageId, Result, Role, System, Timestamp, UserId};
use serde::{Deserialize, Serialize};

/// How long a sender may edit, in milliseconds (15 minutes, inclusive).
pub const EDIT_WINDOW_MS: i64 = 15 * 60 * 1000;
/// Distinct emoji a message takes.
pub const REACTION_EMOJIS_MAX: usize = 50;
/// Reactions a message takes in all; at 36 bytes each they stay within one DynamoDB item (400 KB).
pub const REACTIONS_MAX: u64 = 5_000;

/// What a message holds, derived from its attachments; clients do not choose it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MessageKind {
    /// Text without attachments.
    Text,
    /// Pictures only.
    Image,
    /// Any other attachment.
    File,
    /// Written by the system; notifies nobody, cannot be edited or reacted to.
    System,
}

impl MessageKind {
    /// The word on the wire and in the table.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Image => "image",
            Self::File => "file",
            Self::System => "system",
        }
    }

    /// Reads the word in the table.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Text, Self::Image, Self::File, Self::System].into_iter().find(|k| k.as_str() == text)
    }
}

/// Everybody who reacted with one emoji.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reaction {
    /// The emoji, fully qualified.
    pub emoji: String,
    /// The room event that used it first: reactions are shown in this order.
    pub first_seq: u64,
    /// Who reacted, in no particular order.
    pub users: Vec<UserId>,
}

/// A message as it is stored. A deleted one keeps its place and loses the rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Room and place.
    pub id: MessageId,
    /// Who sent it.
    pub sender: UserId,
    /// What it holds.
    pub kind: MessageKind,
    /// The text as written; empty when deleted.
    pub body: String,
    /// When the server took it.
    pub created_at: Timestamp,
    /// When its text last changed.
    pub edited_at: Option<Timestamp>,
    /// When and by whom it was deleted.
    pub deleted: Option<(Timestamp, UserId)>,
    /// The thread's root.
    pub parent_seq: Option<u64>,
    /// What was answered; the root itself or another reply.
    pub reply_to_seq: Option<u64>,
    /// The key the sender gave it.
    pub client_key: Option<String>,
    /// Which message of the room it is (1, 2, 3 …); unread counts are differences of these.
    pub ordinal: u64,
    /// The last room event that changed it (its own `seq` at first).
    pub changed_seq: u64,
    /// Reactions in order of first use.
    pub reactions: Vec<Reaction>,
    /// Files that came with it, at most [`crate::ATTACHMENTS_MAX`].
    pub attachments: Vec<Attached>,
    /// Users its text names, at most [`MENTIONS_MAX`]; they need not be members.
    pub mentions: Vec<UserId>,
    /// Whether its text names everybody (`@all` and the like).
    pub mentions_all: bool,
    /// Replies in the thread it is the root of, without deleted ones.
    pub reply_count: u64,
    /// When the last of them was sent.
    pub last_reply_at: Option<Timestamp>,
    /// Whether it is pinned in its room.
    pub pinned: bool,
    /// What happened, for a system message; its sender is who did it.
    pub system: Option<System>,
}

/// Users that one message names.
pub const MENTIONS_MAX: usize = 50;

impl Message {
    /// A text message nobody has answered, changed or reacted to.
    pub fn new(id: MessageId, sender: UserId, body: String, now: Timestamp, ordinal: u64) -> Self {
        Self {
            id,
            sender,
            kind: MessageKind::Text,
            body,
            created_at: now,
            edited_at: None,
            deleted: None,
            parent_seq: None,
            reply_to_seq: None,
            client_key: None,
            ordinal,
            changed_seq: id.seq,
            reactions: Vec::new(),
            attachments: Vec::new(),
            mentions: Vec::new(),
            mentions_all: false,
            reply_count: 0,
            last_reply_at: None,
            pinned: false,
            system: None,
        }
    }

    /// What is left of it when `by` deletes it at `at` under the number `seq`: who, when, where, and
    /// its place in its thread.
    #[must_use]
    pub fn tombstone(&self, at: Timestamp, by: UserId, seq: u64) -> Self {
        Self {
            kind: MessageKind::Text,
            deleted: Some((at, by)),
            parent_seq: self.parent_seq,
            reply_to_seq: self.reply_to_seq,
            reply_count: self.reply_count,
            last_reply_at: self.last_reply_at,
            changed_seq: seq,
            ..Self::new(self.id, self.sender, String::new(), self.created_at, self.ordinal)
        }
    }

    /// How many have reacted with `emoji`.
    pub fn reaction_count(&self, emoji: &str) -> usize {
        self.reactions.iter().find(|r| r.emoji == emoji).map_or(0, |r| r.users.len())
    }
}

/// The thread a reply belongs to: threads have one level, so a reply to a reply goes to its root.
pub fn thread_root(parent: &Message) -> Result<u64> {
    match parent.kind {
        MessageKind::System => Err(crate::FieldError::new(
            "/parent_message_id",
            "invalid",
            "must not be a system message",
        )
        .into()),
        _ => Ok(parent.parent_seq.unwrap_or(parent.id.seq)),
    }
}

/// Only the sender, only text, only for 15 minutes, never after deletion.
pub fn may_edit(message: &Message, by: UserId, now: Timestamp) -> Result<()> {
    if message.deleted.is_some() {
        return Err(ChatError::new(Code::MessageDeleted));
    }
    if message.sender != by || message.kind == MessageKind::System {
        return Err(ChatError::new(Code::NotTheSender));
    }
    if now.since_ms(message.created_at) > EDIT_WINDOW_MS {
        return Err(ChatError::new(Code::EditWindowExpired));
    }
    Ok(())
}

/// The sender at any time; an admin or the owner any message of the room. Nobody the system's lines:
/// they are the record of who came, went and changed what.
pub fn may_delete(message: &Message, by: UserId, role: Role) -> Result<()> {
    if message.kind == MessageKind::System {
        let detail = "system messages cannot be deleted";
        return Err(ChatError::because(Code::InsufficientRole, detail));
    }
    let allowed = message.sender == by || role >= Role::Admin;
    if allowed { Ok(()) } else { Err(ChatError::new(Code::InsufficientRole)) }
}

/// Any message that stands, except the system's.
pub fn may_react(message: &Message) -> Result<()> {
    if message.deleted.is_some() {
        let detail = "a deleted message takes no reactions";
        return Err(ChatError::because(Code::MessageNotReactable, detail));
    }
    if message.kind == MessageKind::System {
        return Err(ChatError::new(Code::MessageNotReactable));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RoomId;

    fn user(n: u8) -> UserId {
        UserId::new(Timestamp::from_ms(0), [n; 10])
    }

    fn message() -> Message {
        let id = MessageId { room: RoomId::new(Timestamp::from_ms(0), [0; 10]), seq: 7 };
        Message::new(id, user(1), "x".into(), Timestamp::from_ms(1_000), 7)
    }

    #[test]
    fn editing() {
        let at = |ms| Timestamp::from_ms(1_000 + ms);
        let m = message();
        assert_eq!(may_edit(&m, user(1), at(EDIT_WINDOW_MS)), Ok(()));
        let code = |r: Result<()>| r.unwrap_err().code;
        assert_eq!(code(may_edit(&m, user(1), at(EDIT_WINDOW_MS + 1))), Code::EditWindowExpired);
        assert_eq!(code(may_edit(&m, user(2), at(0))), Code::NotTheSender);
        let gone = Message { deleted: Some((at(1), user(1))), ..message() };
        assert_eq!(code(may_edit(&gone, user(1), at(2))), Code::MessageDeleted);
        assert_eq!(code(may_react(&gone)), Code::MessageNotReactable);
        let system = Message { kind: MessageKind::System, ..message() };
        assert_eq!(code(may_edit(&system, user(1), at(0))), Code::NotTheSender);
        assert_eq!(code(may_react(&system)), Code::MessageNotReactable);
    }

    #[test]
    fn deleting() {
        let m = message();
        for (by, role, allowed) in [
            (user(1), Role::Member, true),
            (user(2), Role::Member, false),
            (user(2), Role::Admin, true),
            (user(2), Role::Owner, true),
        ] {
            assert_eq!(may_delete(&m, by, role).is_ok(), allowed, "{role:?}");
        }
        let system = Message { kind: MessageKind::System, ..message() };
        assert!(may_delete(&system, user(1), Role::Owner).is_err());
    }

    #[test]
    fn threads_have_one_level() {
        assert_eq!(thread_root(&message()), Ok(7));
        let reply = Message { parent_seq: Some(3), ..message() };
        assert_eq!(thread_root(&reply), Ok(3));
        assert!(thread_root(&Message { kind: MessageKind::System, ..message() }).is_err());
    }
}
