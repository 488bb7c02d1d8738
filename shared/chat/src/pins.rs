//! Pins: messages that stand out in their room. Admins and the owner pin; in a direct room, both.

use crate::compose;
use crate::edit_message::{ROUNDS_MAX, busy};
use crate::gate::{Principal, no_such};
use crate::ports::{Ask, Commit, KeepPins, ListPins, Look, Publish, ReadLog, TakeSeq, Taken};
use crate::view::{CompactUser, MessageView, People};
use domain::{
    Change, ChatError, Code, FieldError, LogEntry, Membership, Message, MessageId, PINS_MAX, Pin,
    Result, Role, Room, RoomId, RoomKind, Timestamp, UserId, may_pin,
};
use schemars::JsonSchema;
use serde::Serialize;

/// A pinned message.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct PinView {
    pub message: MessageView,
    pub pinned_by: CompactUser,
    pub pinned_at: Timestamp,
}

impl PinView {
    fn of(pin: &Pin, message: &Message, people: &People, viewer: UserId) -> Self {
        Self {
            message: MessageView::of(message, people, Some(viewer)),
            pinned_by: CompactUser::of(pin.by, people),
            pinned_at: pin.at,
        }
    }
}

/// A page of pins.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct Pins {
    pub pins: Vec<PinView>,
    pub next_cursor: Option<String>,
}

/// Whether it takes an admin to pin in this room.
fn ranked(room: &Room) -> bool {
    room.kind != RoomKind::Direct
}

/// The caller may pin here at `now`.
fn may(room: &Room, member: &Membership, now: Timestamp) -> Result<()> {
    if ranked(room) {
        member.at_least(Role::Admin)?;
    }
    member.may_write(now)
}

/// Pins a message. One that is pinned stays as it is.
pub async fn pin_message(
    store: &(impl Look + TakeSeq + KeepPins + ListPins + ReadLog),
    fanout: &impl Publish,
    who: Principal,
    now: Timestamp,
    id: MessageId,
) -> Result<PinView> {
    let mut ask = who.ask_room(id.room);
    ask.messages = vec![id];
    ask.profiles = vec![who.user];
    let change = Change::MessagePinned { message_seq: id.seq };
    let mut taken = None;
    for _ in 0..ROUNDS_MAX {
        let seen = store.look(ask.clone(), now).await?;
        let (room, member) = who.member(&seen, id.room)?;
        may(room, member, now)?;
        let message = seen.messages.get(&id).ok_or_else(|| no_such("message"))?;
        may_pin(message)?;
        if message.pinned {
            let ours = |c: &Change| *c == change;
            compose::heal(store, fanout, room, who.user, now, &seen.profiles, ours).await?;
            let pins = store.pins(id.room).await?;
            let Some(pin) = pins.iter().find(|pin| pin.message == id) else { continue };
            return view(store, pin, message, who, now).await;
        }
        if room.pin_count >= PINS_MAX {
            return Err(ChatError::new(Code::TooManyPins));
        }
        let Taken { seq, ordinal } = match taken {
            Some(taken) => taken,
            None => *taken.insert(store.take_event_seq(id.room, now).await?),
        };
        let change = change.clone();
        let entry = LogEntry { room: id.room, seq, at: now, ordinal, actor: who.user, change };
        let pin = Pin { message: id, seq, by: who.user, at: now };
        if store.pin(&pin, ranked(room), &entry).await? == Commit::Stale {
            continue;
        }
        compose::announce(fanout, &entry, room, None, &seen.profiles).await?;
        let message = Message { pinned: true, ..message.clone() };
        return view(store, &pin, &message, who, now).await;
    }
    Err(busy())
}

/// Takes a pin away. Fine if there is none.
pub async fn unpin_message(
    store: &(impl Look + TakeSeq + KeepPins + ReadLog),
    fanout: &impl Publish,
    who: Principal,
    now: Timestamp,
    id: MessageId,
) -> Result<()> {
    let mut ask = who.ask_room(id.room);
    ask.messages = vec![id];
    ask.profiles = vec![who.user];
    let change = Change::MessageUnpinned { message_seq: id.seq };
    let mut taken = None;
    for _ in 0..ROUNDS_MAX {
        let seen = store.look(ask.clone(), now).await?;
        let (room, member) = who.member(&seen, id.room)?;
        may(room, member, now)?;
        let message = seen.messages.get(&id).ok_or_else(|| no_such("message"))?;
        if !message.pinned {
            let ours = |c: &Change| *c == change;
            compose::heal(store, fanout, room, who.user, now, &seen.profiles, ours).await?;
            return Ok(());
        }
        let Taken { seq, ordinal } = match taken {
            Some(taken) => taken,
            None => *taken.insert(store.take_event_seq(id.room, now).await?),
        };
        let change = change.clone();
        let entry = LogEntry { room: id.room, seq, at: now, ordinal, actor: who.user, change };
        if store.unpin(id, ranked(room), &entry).await? == Commit::Stale {
            continue;
        }
        return compose::announce(fanout, &entry, room, None, &seen.profiles).await;
    }
    Err(busy())
}

/// The pinned messages, the newest pin first; for members.
pub async fn list_pins(
    store: &(impl Look + ListPins),
    who: Principal,
    now: Timestamp,
    id: RoomId,
    limit: usize,
    cursor: Option<&str>,
) -> Result<Pins> {
    let before: u64 = match cursor {
        None => u64::MAX,
        Some(text) => text
            .parse()
            .map_err(|_| FieldError::new("cursor", "invalid", "must be a next_cursor"))?,
    };
    let (seen, mut pins) =
        futures_util::future::try_join(store.look(who.ask_room(id), now), store.pins(id)).await?;
    who.member(&seen, id)?;
    pins.retain(|pin| pin.seq < before);
    let next_cursor = pins.get(limit).and(pins.get(limit - 1)).map(|pin| pin.seq.to_string());
    pins.truncate(limit);
    if pins.is_empty() {
        return Ok(Pins { pins: Vec::new(), next_cursor });
    }
    let ask = Ask { messages: pins.iter().map(|pin| pin.message).collect(), ..Ask::default() };
    let messages = store.look(ask, now).await?.messages;
    let named = messages.values().flat_map(MessageView::names);
    let people = crate::people(store, named.chain(pins.iter().map(|pin| pin.by)), now).await?;
    // A message deleted since the pins were read has lost its pin.
    let shown = pins.iter().filter_map(|pin| {
        let message = messages.get(&pin.message).filter(|m| m.deleted.is_none())?;
        Some(PinView::of(pin, message, &people, who.user))
    });
    Ok(Pins { pins: shown.collect(), next_cursor })
}

async fn view(
    store: &impl Look,
    pin: &Pin,
    message: &Message,
    who: Principal,
    now: Timestamp,
) -> Result<PinView> {
    let people = crate::people(store, MessageView::names(message).chain([pin.by]), now).await?;
    Ok(PinView::of(pin, message, &people, who.user))
}
