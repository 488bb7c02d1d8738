//! What a client missed, from the positions it holds. API Gateway cuts every socket after two
//! hours, so this is a main route: no state is loaded afresh unless the gap is too large.

use crate::compose;
use crate::event::Event;
use crate::gate::Principal;
use crate::ports::{Ask, ListRooms, Look, ReadLog};
use crate::view::{MessageView, People};
use domain::{LogEntry, Message, MessageId, MessageKind, Result, Room, RoomId, Timestamp, UserId};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

/// Events beyond which a room is to be loaded afresh.
pub const GAP_MAX: u64 = 1_000;
/// Events read of one room at a time.
const EVENTS_PER_ROOM_MAX: usize = 200;
/// Bytes of events in one answer. API Gateway carries 128 KB in one message.
const ANSWER_BYTES_MAX: usize = 90_000;
/// How long after its number was taken a change may still be written, in milliseconds: twice what
/// a function may run.
const IN_FLIGHT_MS: i64 = 60_000;
/// How many numbers back a client without a position is told to look for one that is being written.
const LOOK_BACK: u64 = 100;
/// Rooms read side by side.
const ROOMS_IN_FLIGHT_MAX: usize = 8;

/// Where a room stands. Up to `last_seq` nothing can be added any more: a number below it that has no
/// event is void. A number that was taken moments ago and has no event yet holds it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct Position {
    pub last_seq: u64,
    pub complete: bool,
}

/// The missed events, in order within each room.
#[derive(Clone, Debug, Default, PartialEq, Serialize, schemars::JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct Resumed {
    pub events: Vec<Event>,
    pub rooms: BTreeMap<RoomId, Position>,
    pub resync: Vec<RoomId>,
}

/// Brings `held` (the last number held of each room) up to date; with none, tells where every room
/// stands.
pub async fn resume(
    store: &(impl Look + ReadLog + ListRooms),
    who: Principal,
    now: Timestamp,
    held: BTreeMap<RoomId, u64>,
) -> Result<Resumed> {
    let asked: Vec<RoomId> = if held.is_empty() {
        store.rooms_of(who.user).await?
    } else {
        held.keys().copied().collect()
    };
    let ask = Ask {
        members: asked.iter().map(|id| (*id, who.user)).collect(),
        rooms: asked.clone(),
        ..who.ask()
    };
    let seen = store.look(ask, now).await?;
    who.check(&seen)?;

    let mut answer = Resumed::default();
    let mut behind: Vec<(&Room, u64)> = Vec::new();
    let mut heads: Vec<&Room> = Vec::new();
    for id in asked {
        let member = seen.members.contains_key(&(id, who.user));
        let Some(room) = seen.rooms.get(&id).filter(|_| member) else {
            if held.contains_key(&id) {
                answer.resync.push(id);
            }
            continue;
        };
        let moments_ago = room.last_seq_at.is_some_and(|at| now.since_ms(at) < IN_FLIGHT_MS);
        match held.get(&id) {
            Some(from) if room.last_seq.saturating_sub(*from) > GAP_MAX => answer.resync.push(id),
            Some(from) if room.last_seq > *from => behind.push((room, *from)),
            None if moments_ago => heads.push(room),
            _ => {
                answer.rooms.insert(id, Position { last_seq: room.last_seq, complete: true });
            }
        }
    }
    answer.rooms.extend(settled(store, now, heads).await?);
    let missed = Missed::read_all(store, behind).await?;
    let messages = elsewhere(store, &missed, now).await?;
    let people = named(store, &missed, &messages, now).await?;
    let mut bytes = 0;
    for room in &missed {
        let cut = room.compose(&messages, &people, &mut bytes, &mut answer.events);
        let complete = cut.is_none() && room.complete;
        let last_seq = cut.unwrap_or(u64::MAX).min(room.settled(now));
        answer.rooms.insert(room.room.id, Position { last_seq, complete });
    }
    Ok(answer)
}

/// Where rooms stand for somebody who loads them afresh.
pub(crate) async fn settled(
    store: &impl ReadLog,
    now: Timestamp,
    rooms: Vec<&Room>,
) -> Result<BTreeMap<RoomId, Position>> {
    let heads = rooms.into_iter().map(|room| (room, room.last_seq.saturating_sub(LOOK_BACK)));
    let read = Missed::read_all(store, heads.collect()).await?;
    let position = |room: &Missed<'_>| Position { last_seq: room.settled(now), complete: true };
    Ok(read.iter().map(|room| (room.room.id, position(room))).collect())
}

/// What one room did after a number.
pub(crate) struct Missed<'a> {
    room: &'a Room,
    from: u64,
    pub(crate) messages: BTreeMap<u64, Message>,
    pub(crate) entries: BTreeMap<u64, LogEntry>,
    pub(crate) complete: bool,
}

impl<'a> Missed<'a> {
    async fn read_all(store: &impl ReadLog, rooms: Vec<(&'a Room, u64)>) -> Result<Vec<Self>> {
        stream::iter(rooms)
            .map(|(room, from)| Self::read(store, room, from))
            .buffered(ROOMS_IN_FLIGHT_MAX)
            .try_collect()
            .await
    }

    pub(crate) async fn read(store: &impl ReadLog, room: &'a Room, from: u64) -> Result<Self> {
        let (messages, entries) =
            store.log(room.id, from, room.last_seq, EVENTS_PER_ROOM_MAX).await?;
        // Where one of the two lists was cut, the other is known only as far as that.
        let cut = |len: usize, last: Option<u64>| {
            last.filter(|_| len == EVENTS_PER_ROOM_MAX).unwrap_or(u64::MAX)
        };
        let known = cut(messages.len(), messages.last().map(|m| m.id.seq))
            .min(cut(entries.len(), entries.last().map(|e| e.seq)));
        Ok(Self {
            room,
            from,
            messages: messages
                .into_iter()
                // A system message comes with the entry that left it.
                .filter(|m| m.id.seq <= known && m.kind != MessageKind::System)
                .map(|m| (m.id.seq, m))
                .collect(),
            entries: entries.into_iter().map(|e| (e.seq, e)).filter(|(s, _)| *s <= known).collect(),
            complete: known == u64::MAX,
        })
    }

    /// The last number up to which every number either has its event or will never have one.
    pub(crate) fn settled(&self, now: Timestamp) -> u64 {
        let messages = self.messages.iter().map(|(seq, m)| (*seq, m.created_at));
        let entries = self.entries.iter().map(|(seq, e)| (*seq, e.at));
        let written: BTreeMap<u64, Timestamp> = messages.chain(entries).collect();
        // A number was taken before the next one was. What was cut off is not known at all.
        let end = (self.room.last_seq + 1, self.room.last_seq_at.unwrap_or_default());
        let end = self.complete.then_some(end);
        let mut last = self.from;
        for (seq, at) in written.into_iter().chain(end) {
            let hole = seq > last + 1;
            if hole && now.since_ms(at) < IN_FLIGHT_MS {
                return last;
            }
            last = seq;
        }
        last.min(self.room.last_seq)
    }

    /// Adds the events in order until the answer is full; the last one's number if not all found room.
    fn compose(
        &self,
        elsewhere: &HashMap<MessageId, Message>,
        people: &People,
        bytes: &mut usize,
        events: &mut Vec<Event>,
    ) -> Option<u64> {
        let mut last = self.from;
        let mut seqs: Vec<u64> = self.messages.keys().chain(self.entries.keys()).copied().collect();
        seqs.sort_unstable();
        for seq in seqs {
            let event = match (self.messages.get(&seq), self.entries.get(&seq)) {
                (Some(message), _) => Some(compose::message_created(message, people)),
                (None, Some(entry)) => {
                    let id = entry.message();
                    let message =
                        id.and_then(|id| self.messages.get(&id.seq).or_else(|| elsewhere.get(&id)));
                    compose::logged(entry, self.room, message, people)
                }
                (None, None) => None,
            };
            let Some(event) = event else { continue };
            let json_bytes = |event: &Event| serde_json::to_vec(event).map_or(0, |json| json.len());
            let (event, size) = match json_bytes(&event) {
                // A message with very many reactions: its client fetches it.
                size if size > ANSWER_BYTES_MAX => (event.stub(), json_bytes(&event.stub())),
                size => (event, size),
            };
            if *bytes > 0 && *bytes + size > ANSWER_BYTES_MAX {
                return Some(last);
            }
            *bytes += size;
            last = seq;
            events.push(event);
        }
        None
    }
}

/// Messages that entries are about and that are older than what was missed.
async fn elsewhere(
    store: &impl Look,
    missed: &[Missed<'_>],
    now: Timestamp,
) -> Result<HashMap<MessageId, Message>> {
    let mut ids: Vec<MessageId> = missed
        .iter()
        .flat_map(|room| {
            room.entries
                .values()
                .filter_map(LogEntry::message)
                .filter(|id| !room.messages.contains_key(&id.seq))
        })
        .collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    Ok(store.look(Ask { messages: ids, ..Ask::default() }, now).await?.messages)
}

async fn named(
    store: &impl Look,
    missed: &[Missed<'_>],
    elsewhere: &HashMap<MessageId, Message>,
    now: Timestamp,
) -> Result<People> {
    let in_messages = missed
        .iter()
        .flat_map(|room| room.messages.values())
        .chain(elsewhere.values())
        .flat_map(MessageView::names);
    let in_entries = missed.iter().flat_map(|room| room.entries.values()).flat_map(compose::names);
    let ids: Vec<UserId> = in_messages.chain(in_entries).collect();
    crate::people(store, ids, now).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{Change, RoomKind};

    fn room(last_seq: u64, last_seq_at: i64) -> Room {
        let zero = Timestamp::from_ms(0);
        let id = RoomId::new(zero, [1; 10]);
        let last_seq_at = Some(Timestamp::from_ms(last_seq_at));
        let creator = UserId::new(zero, [1; 10]);
        Room { last_seq, last_seq_at, ..Room::new(id, RoomKind::Public, creator, zero) }
    }

    fn missed<'a>(room: &'a Room, from: u64, written: &[(u64, i64)], complete: bool) -> Missed<'a> {
        let entry = |&(seq, at): &(u64, i64)| {
            let at = Timestamp::from_ms(at);
            let change = Change::RoomUpdated { renamed: None };
            (seq, LogEntry { room: room.id, seq, at, ordinal: 0, actor: room.creator, change })
        };
        let entries = written.iter().map(entry).collect();
        Missed { room, from, messages: BTreeMap::new(), entries, complete }
    }

    #[test]
    fn a_number_that_may_still_be_written_holds_the_position_back() {
        let now = Timestamp::from_ms(1_000_000);
        let (old, fresh) = (1_000_000 - IN_FLIGHT_MS, 999_000);
        for (name, last, last_at, from, written, complete, expected) in [
            ("nothing missing", 3, fresh, 0, vec![(1, fresh), (2, fresh), (3, fresh)], true, 3),
            ("an old hole is void", 3, fresh, 0, vec![(1, old), (3, old)], true, 3),
            ("a fresh hole is not", 3, fresh, 0, vec![(1, old), (3, fresh)], true, 1),
            ("nor one at the end", 3, fresh, 0, vec![(1, old), (2, old)], true, 2),
            ("an old one at the end is", 3, old, 0, vec![(1, old), (2, old)], true, 3),
            ("nor one at the start", 3, fresh, 1, vec![(3, fresh)], true, 1),
            ("what was cut off is unknown", 9, old, 0, vec![(1, old), (2, old)], false, 2),
        ] {
            let room = room(last, last_at);
            assert_eq!(missed(&room, from, &written, complete).settled(now), expected, "{name}");
        }
    }
}
