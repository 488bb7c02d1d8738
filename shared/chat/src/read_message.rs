//! Moves the caller's read mark: forward up to a message or to the end, or back to before one.
//!
//! The mark is what unread counts are made of. Beside it stands the furthest it has ever been, which is what
//! others see: to mark something unread is a note to oneself, and nobody is told that it was not read.

use crate::edit_message::ROUNDS_MAX;
use crate::event::{Audience, Event, Fanout};
use crate::event_data::MessageRead;
use crate::gate::{Principal, no_such};
use crate::ports::{Commit, Look, MarkRead, Publish, Range, ReadHistory, Seen};
use crate::view::ReadState;
use domain::{
    FieldError, MENTION_SEQS_MAX, Membership, Message, MessageId, MessageKind, ReadMark, Result,
    Room, RoomId, Timestamp, UserId,
};

/// Rooms up to this size are told who has read what.
const RECEIPT_MEMBERS_MAX: u64 = 100;
/// How old the last number must be before it may be called void, in milliseconds: longer than any
/// send takes between its number and its commit.
const VOID_AFTER_MS: i64 = 60_000;

/// Marks `id` and everything before it as read. Marks move forward only: an older message is fine
/// and changes nothing.
pub async fn read_message(
    store: &(impl Look + MarkRead + ReadHistory),
    fanout: &impl Publish,
    who: Principal,
    now: Timestamp,
    id: MessageId,
) -> Result<ReadState> {
    for _ in 0..ROUNDS_MAX {
        let seen = load(store, who, now, id).await?;
        let (room, member) = who.member(&seen, id.room)?;
        let message = seen.messages.get(&id).ok_or_else(|| no_such("message"))?;
        if message.id.seq <= member.read.seq {
            return Ok(ReadState::of(member, room));
        }
        let mark = ReadMark { seq: id.seq, ordinal: ordinal(store, room, message, now).await? };
        if store.mark_read(member, mark, now).await? == Commit::Stale {
            continue;
        }
        let further = mark.seq > member.seen_seq;
        let mut member = member.clone();
        member.read = mark;
        let state = ReadState::of(&member, room);
        let own = own_devices(who, now, &state);
        if further && tells_others(&seen, room, who.user) {
            let data = MessageRead {
                room_id: id.room,
                user_id: who.user,
                message_id: id,
                read_seq: id.seq,
                read_at: now,
            };
            let event = Event::of(now, data);
            let all = Fanout { mutual: true, ..Fanout::new(Audience::Room(id.room), event) };
            futures_util::future::try_join(fanout.publish(&own), fanout.publish(&all)).await?;
        } else {
            fanout.publish(&own).await?;
        }
        return Ok(state);
    }
    Err(crate::edit_message::busy())
}

/// Marks everything in `room` as read that is there now; with `id`, up to that message.
pub async fn read_room(
    store: &(impl Look + MarkRead + ReadHistory),
    fanout: &impl Publish,
    who: Principal,
    now: Timestamp,
    room: RoomId,
    id: Option<MessageId>,
) -> Result<ReadState> {
    if let Some(id) = id {
        in_room(id, room)?;
        return read_message(store, fanout, who, now, id).await;
    }
    let seen = store.look(who.ask_room(room), now).await?;
    let (found, member) = who.member(&seen, room)?;
    // The last one that is written: a number that was just taken may be one nobody could read yet.
    let newest =
        Range { after: None, before: None, last_seq: found.last_seq, newest_first: true, limit: 1 };
    match store.history(room, newest).await?.first() {
        Some(last) => read_message(store, fanout, who, now, last.id).await,
        None => Ok(ReadState::of(member, found)),
    }
}

/// Moves the mark to just before `id`, so that it and what follows are unread. Where the mark is there or
/// before it already, nothing changes.
pub async fn mark_unread(
    store: &(impl Look + MarkRead + ReadHistory),
    fanout: &impl Publish,
    who: Principal,
    now: Timestamp,
    room: RoomId,
    id: MessageId,
) -> Result<ReadState> {
    in_room(id, room)?;
    for _ in 0..ROUNDS_MAX {
        let seen = load(store, who, now, id).await?;
        let (room, member) = who.member(&seen, id.room)?;
        let message = seen.messages.get(&id).ok_or_else(|| no_such("message"))?;
        if member.read.seq < id.seq {
            return Ok(ReadState::of(member, room));
        }
        let last_seq = room.last_seq;
        let before =
            Range { after: None, before: Some(id.seq), last_seq, newest_first: true, limit: 1 };
        let again = Range {
            after: Some(id.seq - 1),
            before: None,
            last_seq,
            newest_first: true,
            limit: MENTION_SEQS_MAX,
        };
        let (previous, unread) = futures_util::future::try_join(
            store.history(id.room, before),
            store.history(id.room, again),
        )
        .await?;
        let counted = u64::from(message.kind != MessageKind::System);
        let mark = ReadMark {
            seq: previous.first().map_or(0, |m| m.id.seq),
            ordinal: message.ordinal.saturating_sub(counted),
        };
        let mentions: Vec<u64> =
            unread.iter().filter(|m| mentions(m, who.user)).map(|m| m.id.seq).collect();
        if store.mark_unread(member, mark, &mentions).await? == Commit::Stale {
            continue;
        }
        let mut member = Membership { read: mark, ..member.clone() };
        member.mention_seqs.extend(mentions);
        member.mention_seqs.sort_unstable();
        member.mention_seqs.dedup();
        let state = ReadState::of(&member, room);
        fanout.publish(&own_devices(who, now, &state)).await?;
        return Ok(state);
    }
    Err(crate::edit_message::busy())
}

fn in_room(id: MessageId, room: RoomId) -> Result<()> {
    if id.room == room {
        return Ok(());
    }
    Err(FieldError::new("/message_id", "invalid", "must be a message of this room").into())
}

fn mentions(message: &Message, user: UserId) -> bool {
    message.sender != user && (message.mentions_all || message.mentions.contains(&user))
}

async fn load(store: &impl Look, who: Principal, now: Timestamp, id: MessageId) -> Result<Seen> {
    let mut ask = who.ask_room(id.room);
    ask.messages = vec![id];
    ask.profiles = vec![who.user];
    store.look(ask, now).await
}

fn own_devices(who: Principal, now: Timestamp, state: &ReadState) -> Fanout {
    Fanout::new(Audience::Users(vec![who.user]), Event::of(now, state.clone()))
}

/// Whether the room hears of it: not a large one, and not from somebody who keeps it to themselves.
fn tells_others(seen: &Seen, room: &Room, user: UserId) -> bool {
    let hides = seen.profiles.get(&user).is_some_and(|profile| profile.hides_read);
    room.member_count <= RECEIPT_MEMBERS_MAX && !hides
}

/// How many of the room's messages are read with this one. A send that died after it took its number
/// was counted and never stored; where only such numbers follow, they are read too, or the room
/// would show an unread message that nobody can read.
async fn ordinal(
    store: &impl ReadHistory,
    room: &Room,
    message: &Message,
    now: Timestamp,
) -> Result<u64> {
    let settled = room.last_message_at.is_some_and(|at| now.since_ms(at) > VOID_AFTER_MS);
    if room.messages_after(message.ordinal) == 0 || !settled {
        return Ok(message.ordinal);
    }
    let after = Range {
        after: Some(message.id.seq),
        before: None,
        last_seq: room.last_seq,
        newest_first: false,
        limit: 1,
    };
    let newer = store.history(room.id, after).await?;
    Ok(if newer.is_empty() { room.message_count } else { message.ordinal })
}
