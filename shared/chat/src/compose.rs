//! Events made from what is stored: the same for a socket right now and for a `resume` later.

use crate::event::{Audience, Event, Fanout, Receipt};
use crate::ports::{Publish, ReadLog};
use crate::view::{CompactUser, MessageView, People, RoomView};
use domain::{Change, LogEntry, Message, MessageId, Result, Room, RoomId, Timestamp, UserId};
use serde::Serialize;
use serde_json::json;

/// An event without a number.
pub fn plain(kind: &str, ts: Timestamp, data: impl Serialize) -> Event {
    // Our own view types always serialise; Null would show in every test if one did not.
    let data = serde_json::to_value(data).unwrap_or_default();
    Event { kind: kind.to_owned(), seq: None, ts, data }
}

fn numbered(kind: &str, seq: u64, ts: Timestamp, data: serde_json::Value) -> Event {
    Event { kind: kind.to_owned(), seq: Some(seq), ts, data }
}

/// `message_created`. A message that has changed since is shown as it is now.
pub fn message_created(message: &Message, people: &People) -> Event {
    let view = MessageView::of(message, people, None);
    let data = json!({"room_id": message.id.room, "seq": message.id.seq, "message": view});
    numbered("message_created", message.id.seq, message.created_at, data)
}

/// A new message on its way to the room; in a direct room its sender wants to know when it arrives.
pub fn sent(room: &Room, from: UserId, event: Event) -> Fanout {
    let receipt = room.peer_of(from).map(|to| Receipt { from, to });
    Fanout { receipt, ..Fanout::new(Audience::Room(room.id), event) }
}

/// `message_delivered`, for the devices of the one who sent what has arrived.
pub fn delivered(room: RoomId, receipt: Receipt, seq: u64, now: Timestamp) -> Fanout {
    let data = json!({"room_id": room, "user_id": receipt.to,
        "message_id": MessageId { room, seq }, "delivered_seq": seq, "delivered_at": now});
    Fanout::new(Audience::Users(vec![receipt.from]), plain("message_delivered", now, data))
}

/// The event of a log entry. `None` when what it is about cannot be shown any more.
pub fn logged(
    entry: &LogEntry,
    room: &Room,
    message: Option<&Message>,
    people: &People,
) -> Option<Event> {
    let (room_id, seq) = (entry.room, entry.seq);
    let line = entry.system_message().map(|m| MessageView::of(&m, people, None));
    let (kind, data) = match &entry.change {
        Change::MessageUpdated { .. } => {
            let view = MessageView::of(message?, people, None);
            ("message_updated", json!({"room_id": room_id, "seq": seq, "message": view}))
        }
        Change::MessageDeleted { .. } => {
            let id = entry.message()?;
            let parent = message.and_then(|m| m.parent_seq);
            let parent = parent.map(|seq| MessageId { room: room_id, seq });
            let data = json!({"room_id": room_id, "seq": seq, "message_id": id,
                "deleted_by": entry.actor, "deleted_at": entry.at, "parent_message_id": parent});
            ("message_deleted", data)
        }
        Change::ReactionAdded { emoji, .. } | Change::ReactionRemoved { emoji, .. } => {
            let added = matches!(entry.change, Change::ReactionAdded { .. });
            let data = json!({"room_id": room_id, "seq": seq, "message_id": entry.message()?,
                "user_id": entry.actor, "emoji": emoji,
                "count": message?.reaction_count(emoji)});
            (if added { "reaction_added" } else { "reaction_removed" }, data)
        }
        Change::UserJoined { user, role } => {
            let data = json!({"room_id": room_id, "seq": seq, "user": CompactUser::of(*user, people),
                "role": role, "room": RoomView::of(room), "system_message": line});
            ("user_joined", data)
        }
        Change::UserLeft { user, reason } => {
            let data = json!({"room_id": room_id, "seq": seq, "user_id": user, "reason": reason,
                "system_message": line});
            ("user_left", data)
        }
        Change::RoomUpdated { .. } => {
            let data = json!({"room_id": room_id, "seq": seq, "room": RoomView::of(room),
                "system_message": line});
            ("room_updated", data)
        }
        Change::MemberUpdated { user, role, silenced_until } => {
            let data = json!({"room_id": room_id, "seq": seq, "user_id": user, "role": role,
                "silenced_until": silenced_until});
            ("member_updated", data)
        }
        Change::OwnershipTransferred { user } => {
            let data = json!({"room_id": room_id, "seq": seq, "from_user_id": entry.actor,
                "to_user_id": user, "system_message": line});
            ("ownership_transferred", data)
        }
        Change::MessagePinned { .. } | Change::MessageUnpinned { .. } => {
            let pinned = matches!(entry.change, Change::MessagePinned { .. });
            let data = json!({"room_id": room_id, "seq": seq, "message_id": entry.message()?,
                "user_id": entry.actor, "system_message": line});
            (if pinned { "message_pinned" } else { "message_unpinned" }, data)
        }
    };
    Some(numbered(kind, seq, entry.at, data))
}

/// Everybody an entry's event names, besides those its message names.
pub fn names(entry: &LogEntry) -> Vec<UserId> {
    let line =
        entry.system_message().into_iter().flat_map(|m| MessageView::names(&m).collect::<Vec<_>>());
    let joined = match entry.change {
        Change::UserJoined { user, .. } => Some(user),
        _ => None,
    };
    line.chain(joined).collect()
}

/// Publishes a committed change to the room. One who has left hears it too.
pub async fn announce(
    fanout: &impl Publish,
    entry: &LogEntry,
    room: &Room,
    message: Option<&Message>,
    people: &People,
) -> Result<()> {
    let Some(event) = logged(entry, room, message, people) else { return Ok(()) };
    let mut out = Fanout::new(Audience::Room(entry.room), event);
    if let Change::UserLeft { user, .. } = entry.change {
        out.also.push(user);
    }
    fanout.publish(&out).await
}

/// How far back a repeated request looks for the event of its first try.
const HEAL_EVENTS: u64 = 50;
/// How long after a change a repeated request publishes it again, in milliseconds. Later it is a
/// repetition by a person, not the retry of a client.
pub const HEAL_MS: i64 = 60_000;

/// Finds the log entry that an earlier try of this request committed, if it is recent: that try may
/// have died before it published, so the caller announces it again under its own number. Clients
/// that have seen the number drop it.
pub async fn recent_entry(
    store: &impl ReadLog,
    room: &Room,
    actor: UserId,
    now: Timestamp,
    is_it: impl Fn(&Change) -> bool,
) -> Result<Option<LogEntry>> {
    let after = room.last_seq.saturating_sub(HEAL_EVENTS);
    let (_, entries) = store.log(room.id, after, room.last_seq, HEAL_EVENTS as usize).await?;
    let ours = |e: &LogEntry| e.actor == actor && now.since_ms(e.at) < HEAL_MS && is_it(&e.change);
    Ok(entries.into_iter().rev().find(ours))
}

/// `room_deleted` for whoever is in the room.
pub fn room_deleted(room: RoomId, audience: Audience, now: Timestamp) -> Fanout {
    Fanout::new(audience, plain("room_deleted", now, json!({"room_id": room})))
}
