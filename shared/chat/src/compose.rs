//! Events made from what is stored: the same for a socket right now and for a `resume` later.

use crate::event::{Audience, Event, Fanout, Receipt};
use crate::event_data::{
    MemberUpdated, MessageCreated, MessageDeleted, MessageDelivered, MessagePinned,
    MessageUnpinned, MessageUpdated, OwnershipTransferred, PinChange, ReactionAdded,
    ReactionChange, ReactionRemoved, RoomDeleted, RoomUpdated, UserJoined, UserLeft,
};
use crate::ports::{Publish, ReadLog};
use crate::view::{CompactUser, MessageView, People, RoomView};
use domain::{Change, LogEntry, Message, MessageId, Result, Room, RoomId, Timestamp, UserId};

/// `message_created`. A message that has changed since is shown as it is now, but without replies:
/// those come as events of their own, and each raises the count.
pub fn message_created(message: &Message, people: &People) -> Event {
    let mut view = MessageView::of(message, people, None);
    (view.reply_count, view.last_reply_at) = (0, None);
    let data = MessageCreated { room_id: message.id.room, seq: message.id.seq, message: view };
    Event::of(message.created_at, data)
}

/// A new message on its way to the room; in a direct room its sender wants to know when it arrives.
pub fn sent(room: &Room, from: UserId, event: Event) -> Fanout {
    let receipt = room.peer_of(from).map(|to| Receipt { from, to });
    Fanout { receipt, ..Fanout::new(Audience::Room(room.id), event) }
}

/// `message_delivered`, for the devices of the one who sent what has arrived.
pub fn delivered(room: RoomId, receipt: Receipt, seq: u64, now: Timestamp) -> Fanout {
    let data = MessageDelivered {
        room_id: room,
        user_id: receipt.to,
        message_id: MessageId { room, seq },
        delivered_seq: seq,
        delivered_at: now,
    };
    Fanout::new(Audience::Users(vec![receipt.from]), Event::of(now, data))
}

/// The event of a log entry. `None` when what it is about cannot be shown any more.
pub fn logged(
    entry: &LogEntry,
    room: &Room,
    message: Option<&Message>,
    people: &People,
) -> Option<Event> {
    let (room_id, seq, at) = (entry.room, entry.seq, entry.at);
    let system_message = entry.system_message().map(|m| MessageView::of(&m, people, None));
    let reaction = |emoji: &String| {
        let count = message?.reaction_count(emoji);
        let (message_id, user_id, emoji) = (entry.message()?, entry.actor, emoji.clone());
        Some(ReactionChange { room_id, seq, message_id, user_id, emoji, count })
    };
    let pin = |system_message| {
        let (message_id, user_id) = (entry.message()?, entry.actor);
        Some(PinChange { room_id, seq, message_id, user_id, system_message })
    };
    Some(match &entry.change {
        Change::MessageUpdated { .. } => {
            let message = MessageView::of(message?, people, None);
            Event::of(at, MessageUpdated { room_id, seq, message })
        }
        Change::MessageDeleted { .. } => {
            let (message_id, deleted_by) = (entry.message()?, entry.actor);
            let parent = message.and_then(|m| m.parent_seq);
            let parent_message_id = parent.map(|seq| MessageId { room: room_id, seq });
            let data = MessageDeleted {
                room_id,
                seq,
                message_id,
                parent_message_id,
                deleted_by,
                deleted_at: at,
            };
            Event::of(at, data)
        }
        Change::ReactionAdded { emoji, .. } => Event::of(at, ReactionAdded(reaction(emoji)?)),
        Change::ReactionRemoved { emoji, .. } => Event::of(at, ReactionRemoved(reaction(emoji)?)),
        Change::UserJoined { user, role, silenced_until } => {
            let (user, role, room) = (CompactUser::of(*user, people), *role, RoomView::of(room));
            let (seq, silenced_until) = (Some(seq), *silenced_until);
            let data =
                UserJoined { room_id, seq, user, role, silenced_until, room, system_message };
            Event::of(at, data)
        }
        Change::UserLeft { user, reason } => {
            let (user_id, reason) = (*user, *reason);
            Event::of(at, UserLeft { room_id, seq, user_id, reason, system_message })
        }
        Change::RoomUpdated { .. } => {
            let room = RoomView::of(room);
            Event::of(at, RoomUpdated { room_id, seq, room, system_message })
        }
        Change::MemberUpdated { user, role, silenced_until } => {
            let (user_id, role, silenced_until) = (*user, *role, *silenced_until);
            Event::of(at, MemberUpdated { room_id, seq, user_id, role, silenced_until })
        }
        Change::OwnershipTransferred { user } => {
            let (from_user_id, to_user_id) = (entry.actor, *user);
            let data =
                OwnershipTransferred { room_id, seq, from_user_id, to_user_id, system_message };
            Event::of(at, data)
        }
        Change::MessagePinned { .. } => Event::of(at, MessagePinned(pin(system_message)?)),
        Change::MessageUnpinned { .. } => Event::of(at, MessageUnpinned(pin(system_message)?)),
    })
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

/// Announces again what an earlier try of this request has committed, if it is recent. Whether there
/// was such a thing. `people` are those the event names.
pub async fn heal(
    store: &impl ReadLog,
    fanout: &impl Publish,
    room: &Room,
    actor: UserId,
    now: Timestamp,
    people: &People,
    is_it: impl Fn(&Change) -> bool,
) -> Result<bool> {
    let Some(entry) = recent_entry(store, room, actor, now, is_it).await? else {
        return Ok(false);
    };
    announce(fanout, &entry, room, None, people).await?;
    Ok(true)
}

/// `room_deleted` for whoever is in the room.
pub fn room_deleted(room: RoomId, audience: Audience, now: Timestamp) -> Fanout {
    Fanout::new(audience, Event::of(now, RoomDeleted { room_id: room }))
}
