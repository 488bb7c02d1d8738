//! Moves the caller's read mark up to a message.

use crate::event::{Audience, Event, Fanout};
use crate::event_data::MessageRead;
use crate::gate::{Principal, no_such};
use crate::ports::{Commit, Look, MarkRead, Publish, Range, ReadHistory};
use crate::view::ReadState;
use domain::{Message, MessageId, ReadMark, Result, Room, Timestamp};

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
    let mut ask = who.ask_room(id.room);
    ask.messages = vec![id];
    let seen = store.look(ask, now).await?;
    let (room, member) = who.member(&seen, id.room)?;
    let message = seen.messages.get(&id).ok_or_else(|| no_such("message"))?;
    if message.id.seq <= member.read.seq {
        return Ok(ReadState::of(member, room));
    }
    let mark = ReadMark { seq: id.seq, ordinal: ordinal(store, room, message, now).await? };
    if store.mark_read(id.room, who.user, mark, now).await? == Commit::Stale {
        let seen = store.look(who.ask_room(id.room), now).await?;
        let (room, member) = who.member(&seen, id.room)?;
        return Ok(ReadState::of(member, room));
    }
    let mut member = member.clone();
    member.read = mark;
    let state = ReadState::of(&member, room);
    let own = Fanout::new(Audience::Users(vec![who.user]), Event::of(now, state.clone()));
    if room.member_count > RECEIPT_MEMBERS_MAX {
        fanout.publish(&own).await?;
        return Ok(state);
    }
    let data = MessageRead {
        room_id: id.room,
        user_id: who.user,
        message_id: id,
        read_seq: id.seq,
        read_at: now,
    };
    let all = Fanout::new(Audience::Room(id.room), Event::of(now, data));
    futures_util::future::try_join(fanout.publish(&own), fanout.publish(&all)).await?;
    Ok(state)
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
