//! What each kind of event says to clients: one struct per kind, and one line in the list at the end.
//!
//! `docs/asyncapi.json` is generated from these, and the whole-system tests refuse a frame that does not
//! fit. A field `seq` makes it an event of a room: the same number stands on the frame.

use crate::event::Event;
use crate::notifications::NotificationView;
use crate::preference::NotificationPreference;
use crate::view::{AttachmentView, CompactUser, MessageView, ReadState, RoomView, UserView};
use domain::{
    ConnectionId, LeaveReason, MessageId, NotificationId, Role, RoomId, Status, Timestamp, UserId,
};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use std::borrow::Cow;
use std::marker::PhantomData;

/// The data of one kind of event.
pub trait EventData: Serialize + JsonSchema {
    /// The event's `type` on the wire.
    const NAME: &'static str;
}

/// Declares the kinds: struct and name.
macro_rules! kinds {
    ($($data:ident = $name:literal,)*) => {
        $(impl EventData for $data { const NAME: &'static str = $name; })*

        /// Every kind of event: its name and the schema of its whole frame.
        pub fn kinds(generator: &mut SchemaGenerator) -> Vec<(&'static str, Schema)> {
            vec![$(($name, generator.subschema_for::<Framed<$data>>()),)*]
        }
    };
}

/// Once, soon after connecting.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct Ready {
    pub connection_id: ConnectionId,
    pub user_id: UserId,
    /// How often to `ping`, in milliseconds.
    pub heartbeat_ms: i64,
}

/// Before the server closes: the session has ended.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct SessionExpired {}

/// In place of an event too large for one frame: fetch the message.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct Truncated {
    pub room_id: serde_json::Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
    /// The kind of event that did not fit.
    pub event: String,
    pub message_id: serde_json::Value,
}

/// A new message.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct MessageCreated {
    pub room_id: RoomId,
    pub seq: u64,
    pub message: MessageView,
}

/// A message has changed; this is how it is now.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct MessageUpdated {
    pub room_id: RoomId,
    pub seq: u64,
    pub message: MessageView,
}

/// A message is a tombstone from now on.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct MessageDeleted {
    pub room_id: RoomId,
    pub seq: u64,
    pub message_id: MessageId,
    /// The root of the thread it was a reply in: one reply fewer there.
    pub parent_message_id: Option<MessageId>,
    pub deleted_by: UserId,
    pub deleted_at: Timestamp,
}

/// Somebody reacted, or took it back.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(inline)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct ReactionChange {
    pub room_id: RoomId,
    pub seq: u64,
    pub message_id: MessageId,
    pub user_id: UserId,
    pub emoji: String,
    /// Reactions with this emoji now.
    pub count: usize,
}

/// Somebody reacted.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct ReactionAdded(pub ReactionChange);

/// Somebody took a reaction back.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct ReactionRemoved(pub ReactionChange);

/// A message was pinned, or no longer is.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(inline)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct PinChange {
    pub room_id: RoomId,
    pub seq: u64,
    pub message_id: MessageId,
    /// Who did it.
    pub user_id: UserId,
    pub system_message: Option<MessageView>,
}

/// A message was pinned.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct MessagePinned(pub PinChange);

/// A message is no longer pinned.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct MessageUnpinned(pub PinChange);

/// Somebody is a member from now on. For a direct room that was just opened it has no number.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct UserJoined {
    pub room_id: RoomId,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
    pub user: CompactUser,
    pub role: Role,
    pub silenced_until: Option<Timestamp>,
    /// The room as it is when this is told; a later `resume` shows it as it is then.
    pub room: RoomView,
    pub system_message: Option<MessageView>,
}

/// Somebody is no longer a member; they are told too.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct UserLeft {
    pub room_id: RoomId,
    pub seq: u64,
    pub user_id: UserId,
    pub reason: LeaveReason,
    pub system_message: Option<MessageView>,
}

/// A member's role or silence has changed.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct MemberUpdated {
    pub room_id: RoomId,
    pub seq: u64,
    pub user_id: UserId,
    pub role: Role,
    pub silenced_until: Option<Timestamp>,
}

/// The room has another owner.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct OwnershipTransferred {
    pub room_id: RoomId,
    pub seq: u64,
    pub from_user_id: UserId,
    pub to_user_id: UserId,
    pub system_message: Option<MessageView>,
}

/// A room's settings have changed.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct RoomUpdated {
    pub room_id: RoomId,
    pub seq: u64,
    pub room: RoomView,
    pub system_message: Option<MessageView>,
}

/// A room is gone, with everything in it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct RoomDeleted {
    pub room_id: RoomId,
}

/// In a direct room, to the sender: everything up to here has reached the other one.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct MessageDelivered {
    pub room_id: RoomId,
    /// Whom it has reached.
    pub user_id: UserId,
    pub message_id: MessageId,
    pub delivered_seq: u64,
    pub delivered_at: Timestamp,
}

/// Somebody has read up to a message; only in rooms that are not large.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct MessageRead {
    pub room_id: RoomId,
    pub user_id: UserId,
    pub message_id: MessageId,
    pub read_seq: u64,
    pub read_at: Timestamp,
}

/// Somebody writes, or has stopped.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct UserTyping {
    pub room_id: RoomId,
    pub user_id: UserId,
    pub typing: bool,
    /// For how long that counts without another word; 0 when they have stopped.
    pub expires_in_ms: i64,
}

/// A profile has changed; to those who share a room.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct UserUpdated {
    pub user: UserView,
}

/// Somebody is here, away, busy or gone; to those who share a room.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct PresenceUpdated {
    pub user_id: UserId,
    pub status: Status,
    pub status_message: Option<String>,
    pub status_emoji: Option<String>,
    /// When message and emoji end.
    pub status_expires_at: Option<Timestamp>,
    /// Null where it is kept from others.
    pub last_active_at: Option<Timestamp>,
}

/// Something the user is to know, on all their devices.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct NotificationCreated {
    pub notification: NotificationView,
    pub unread_count: u64,
}

/// Notifications that are gone: what they were about was deleted, or another took their place.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct NotificationRemoved {
    pub ids: Vec<NotificationId>,
    pub unread_count: u64,
}

/// Notifications were read on some device: these, or all up to a moment.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct NotificationsRead {
    pub ids: Vec<NotificationId>,
    /// That one and all older ones.
    pub all_before: Option<NotificationId>,
    pub unread_count: u64,
}

/// A file of one's own has been checked; to one's own devices.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct AttachmentUpdated {
    pub attachment: AttachmentView,
}

/// The user has blocked somebody; to their own devices.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct UserBlocked {
    pub user_id: UserId,
}

/// The user has taken a block back; to their own devices.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct UserUnblocked {
    pub user_id: UserId,
}

/// The user has changed their settings; to their own devices.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct SettingsUpdated {
    pub settings: crate::view::Settings,
}

/// A message was reported; to those who review it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct ReportCreated {
    #[serde(flatten)]
    pub report: crate::ReportNews,
}

/// A report was decided, or opened again; to those who review it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct ReportUpdated {
    #[serde(flatten)]
    pub report: crate::ReportNews,
}

kinds! {
    AttachmentUpdated = "attachment_updated",
    UserBlocked = "user_blocked",
    UserUnblocked = "user_unblocked",
    SettingsUpdated = "settings_updated",
    ReportCreated = "report_created",
    ReportUpdated = "report_updated",
    Ready = "ready",
    SessionExpired = "session_expired",
    Truncated = "truncated",
    MessageCreated = "message_created",
    MessageUpdated = "message_updated",
    MessageDeleted = "message_deleted",
    ReactionAdded = "reaction_added",
    ReactionRemoved = "reaction_removed",
    MessagePinned = "message_pinned",
    MessageUnpinned = "message_unpinned",
    UserJoined = "user_joined",
    UserLeft = "user_left",
    MemberUpdated = "member_updated",
    OwnershipTransferred = "ownership_transferred",
    RoomUpdated = "room_updated",
    RoomDeleted = "room_deleted",
    MessageRead = "message_read",
    MessageDelivered = "message_delivered",
    ReadState = "read_state_updated",
    UserTyping = "user_typing",
    UserUpdated = "user_updated",
    PresenceUpdated = "presence_updated",
    NotificationPreference = "notification_level_updated",
    NotificationCreated = "notification",
    NotificationRemoved = "notification_removed",
    NotificationsRead = "notifications_read",
}

impl Event {
    /// The event that says `data`.
    pub fn of<T: EventData>(ts: Timestamp, data: T) -> Self {
        // Our own types always serialise; Null would show in every test if one did not.
        let data = serde_json::to_value(data).unwrap_or_default();
        let seq = data.get("seq").and_then(serde_json::Value::as_u64);
        Self { kind: T::NAME.to_owned(), seq, ts, data }
    }
}

/// Any event.
impl JsonSchema for Event {
    fn schema_name() -> Cow<'static, str> {
        "Event".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let kinds = kinds(generator).into_iter().map(|(_, schema)| schema).collect::<Vec<_>>();
        json_schema!({"description": "Any event.", "oneOf": kinds})
    }
}

/// The frame of an event with the data `T`.
struct Framed<T>(PhantomData<T>);

impl<T: EventData> JsonSchema for Framed<T> {
    fn schema_name() -> Cow<'static, str> {
        let capital = |word: &str| {
            let (first, rest) = word.split_at(word.len().min(1));
            first.to_ascii_uppercase() + rest
        };
        (T::NAME.split('_').map(capital).collect::<String>() + "Event").into()
    }

    fn schema_id() -> Cow<'static, str> {
        format!("chat::event::{}", T::NAME).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let data = T::json_schema(generator);
        let description = data.get("description").cloned().unwrap_or_default();
        let mut frame = json_schema!({
            "type": "object",
            "description": description,
            "properties": {
                "type": {"const": T::NAME},
                "ts": generator.subschema_for::<Timestamp>(),
                "data": generator.subschema_for::<T>(),
            },
            "required": ["type", "ts", "data"],
        });
        let seq = data.pointer("/properties/seq").is_some();
        let always = data.pointer("/required").and_then(|r| r.as_array());
        if seq {
            frame.ensure_object()["properties"]["seq"] =
                serde_json::json!({"type": "integer", "minimum": 1});
        }
        if always.is_some_and(|names| names.iter().any(|name| name == "seq"))
            && let Some(required) = frame.ensure_object()["required"].as_array_mut()
        {
            required.push("seq".into());
        }
        frame
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::RoomId;

    #[test]
    fn an_event_of_a_room_has_its_number_twice() {
        let room_id = RoomId::new(Timestamp::from_ms(0), [0; 10]);
        let user_id = UserId::new(Timestamp::from_ms(0), [0; 10]);
        let left =
            UserLeft { room_id, seq: 7, user_id, reason: LeaveReason::Left, system_message: None };
        let event = Event::of(Timestamp::from_ms(0), left);
        assert_eq!(
            (event.kind.as_str(), event.seq, &event.data["seq"]),
            ("user_left", Some(7), &7.into())
        );
        let deleted = Event::of(Timestamp::from_ms(0), RoomDeleted { room_id });
        assert_eq!((deleted.kind.as_str(), deleted.seq), ("room_deleted", None));
    }

    #[test]
    fn frames_are_described_by_their_data() {
        let mut generator = SchemaGenerator::default();
        let kinds = kinds(&mut generator);
        let defined = generator.take_definitions(true);
        assert_eq!(defined["UserLeftEvent"]["properties"]["type"]["const"], "user_left");
        let required = |name: &str| defined[name]["required"].to_string();
        assert!(required("UserLeftEvent").contains("seq"));
        assert!(
            required("ReactionAddedEvent").contains("seq"),
            "{}",
            defined["ReactionAddedEvent"]
        );
        assert!(!required("UserJoinedEvent").contains("seq"));
        assert!(defined["UserJoinedEvent"]["properties"]["seq"].is_object());
        assert!(defined["RoomDeletedEvent"]["properties"].get("seq").is_none());
        assert!(kinds.len() >= 20);
    }
}
