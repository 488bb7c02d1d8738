//! Catching up without a socket: `resume` over HTTP with one opaque cursor, and everything a client
//! needs at its start in one answer.
//!
//! A cursor says how far its holder has every room, in a form that fits an address: four bytes of the
//! room's id and the number. It is nobody's secret and gives no right: what it names is looked up among
//! the caller's own rooms.

use crate::event::Event;
use crate::gate::Principal;
use crate::notifications::unread_notifications;
use crate::ports::{Ask, Blocks, FindConnections, ListRooms, Look, ReadLog, ReadNotices};
use crate::read_rooms::list_rooms;
use crate::resume::{Position, resume, settled};
use crate::view::{OwnUserView, RoomView, Settings, UserView};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{
    FieldError, Membership, MessageId, NotifyLevel, Result, Room, RoomId, Timestamp, UserId,
};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

/// Rooms a cursor holds, those with the latest events first: with their numbers they stay under 5,500
/// characters, and an address with its headers under 10 KB (API Gateway's limit). A room beyond is
/// loaded afresh when something happens there.
const CURSOR_ROOMS_MAX: usize = 450;
/// How long ago a room's last number must have been taken for the room to be called unchanged by its
/// time alone, in milliseconds: longer than a number may be on its way.
const SETTLED_MS: i64 = 120_000;
/// The form of the cursor.
const VERSION: u8 = 1;
/// Rooms in the first answer.
const FIRST_ROOMS: usize = 100;

/// How far a client has every room.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Cursor {
    /// When it was issued.
    at: Timestamp,
    /// The number held, by the room's tag. `None` where two rooms have the same.
    rooms: HashMap<u32, Option<u64>>,
}

/// Four bytes of a room's id, from its random end.
fn tag(room: RoomId) -> u32 {
    let text = room.to_string();
    text.get(28..).and_then(|end| u32::from_str_radix(end, 16).ok()).unwrap_or_default()
}

fn invalid() -> FieldError {
    FieldError::new("since", "invalid", "must be a cursor of /bootstrap or /sync")
}

impl Cursor {
    /// `rooms` in the order of their importance.
    fn encode(at: Timestamp, rooms: impl IntoIterator<Item = (RoomId, u64)>) -> String {
        let mut bytes = vec![VERSION];
        bytes.extend(&at.ms().to_be_bytes()[2..]);
        for (room, seq) in rooms.into_iter().take(CURSOR_ROOMS_MAX) {
            bytes.extend(tag(room).to_be_bytes());
            let mut left = seq;
            while left >= 0x80 {
                bytes.push((left & 0x7f) as u8 | 0x80);
                left >>= 7;
            }
            bytes.push(left as u8);
        }
        URL_SAFE_NO_PAD.encode(bytes)
    }

    fn decode(text: &str) -> Result<Self, FieldError> {
        // Four thirds of a header and of the longest entries there could be.
        if text.len() > (7 + CURSOR_ROOMS_MAX * 14) * 4 / 3 + 4 {
            return Err(invalid());
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| invalid())?;
        let mut rest = bytes.into_iter();
        let mut take = |count: usize| -> Option<u64> {
            (0..count).try_fold(0, |value, _| Some(value << 8 | u64::from(rest.next()?)))
        };
        if take(1) != Some(u64::from(VERSION)) {
            return Err(invalid());
        }
        let ms = take(6).ok_or_else(invalid)?;
        let at = Timestamp::from_ms(i64::try_from(ms).map_err(|_| invalid())?);
        let mut rooms = HashMap::new();
        while let Some(first) = take(1) {
            let tag = take(3).map(|end| (first << 24 | end) as u32).ok_or_else(invalid)?;
            let mut seq = 0;
            for shift in 0.. {
                let byte = take(1).filter(|_| shift < 7).ok_or_else(invalid)?;
                seq |= (byte & 0x7f) << (7 * shift);
                if byte < 0x80 {
                    break;
                }
            }
            rooms.entry(tag).and_modify(|held| *held = None).or_insert(Some(seq));
        }
        Ok(Self { at, rooms })
    }
}

/// Where a room stands, and how far the caller has read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct SyncedRoom {
    pub last_seq: u64,
    /// Whether that is all; otherwise ask again.
    pub complete: bool,
    pub unread_count: u64,
    pub mention_count: u64,
    pub last_read_message_id: Option<MessageId>,
    pub last_read_seq: u64,
    pub notification_level: NotifyLevel,
}

/// What was missed.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct Synced {
    /// What was missed, in order within each room.
    pub events: Vec<Event>,
    /// Every room the caller is in. One that is held and not here has been left, or is gone.
    pub rooms: BTreeMap<RoomId, SyncedRoom>,
    /// Rooms the caller has come into.
    pub joined: Vec<RoomView>,
    /// Rooms to be loaded afresh.
    pub resync: Vec<RoomId>,
    /// From where to go on.
    pub cursor: String,
    /// Whether there is more to be had at once.
    pub more: bool,
    pub notifications_unread: u64,
}

/// Brings a client up to date from where `since` says it was.
pub async fn sync(
    store: &(impl Look + ReadLog + ListRooms + ReadNotices),
    who: Principal,
    now: Timestamp,
    since: &str,
) -> Result<Synced> {
    let cursor = Cursor::decode(since)?;
    let (seen, ids) =
        futures_util::future::try_join(store.look(who.ask(), now), store.rooms_of(who.user))
            .await?;
    who.check(&seen)?;
    let members = ids.iter().map(|id| (*id, who.user)).collect();
    let seen = store.look(Ask { rooms: ids, members, ..Ask::default() }, now).await?;
    let mut mine: Vec<(&Room, &Membership)> = seen
        .rooms
        .values()
        .filter_map(|room| Some((room, seen.members.get(&(room.id, who.user))?)))
        .collect();
    mine.sort_by_key(|(room, _)| (std::cmp::Reverse(room.last_seq_at), room.id));

    let mut held = BTreeMap::new();
    let (mut joined, mut resync) = (Vec::new(), Vec::new());
    let mut positions: HashMap<RoomId, Position> = HashMap::new();
    for (room, member) in &mine {
        let at_head = Position { last_seq: room.last_seq, complete: true };
        match cursor.rooms.get(&tag(room.id)) {
            // Left and entered again, or entered for the first time.
            _ if member.joined_at > cursor.at => joined.push(room.id),
            Some(Some(seq)) => {
                held.insert(room.id, *seq);
            }
            None if unchanged(room, cursor.at) => {
                positions.insert(room.id, at_head);
            }
            _ => resync.push(room.id),
        }
    }
    let mut events = Vec::new();
    if !held.is_empty() {
        let resumed = resume(store, who, now, held).await?;
        events = resumed.events;
        positions.extend(resumed.rooms);
        resync.extend(resumed.resync);
    }
    // Those to be loaded afresh go on from where nothing can be added any more.
    let is_fresh = |id: &RoomId| resync.contains(id) || joined.contains(id);
    let fresh = mine.iter().map(|(room, _)| *room).filter(|room| is_fresh(&room.id)).collect();
    positions.extend(settled(store, now, fresh).await?);

    let rooms: BTreeMap<RoomId, SyncedRoom> = mine
        .iter()
        .filter_map(|(room, member)| {
            let position = positions.get(&room.id)?;
            let read = member.read.seq;
            let state = SyncedRoom {
                last_seq: position.last_seq,
                complete: position.complete,
                unread_count: member.unread(room),
                mention_count: member.mentions_unread(),
                last_read_message_id: (read > 0).then_some(MessageId { room: room.id, seq: read }),
                last_read_seq: read,
                notification_level: member.notify_level(room),
            };
            Some((room.id, state))
        })
        .collect();
    let order = mine.iter().filter_map(|(room, _)| Some((room.id, rooms.get(&room.id)?.last_seq)));
    let cursor = Cursor::encode(now, order);
    let wanted: Vec<_> = mine.iter().copied().filter(|(r, _)| joined.contains(&r.id)).collect();
    let (joined, notifications_unread) = futures_util::future::try_join(
        crate::read_rooms::shown(store, who, now, &wanted),
        unread_notifications(store, who.user, now),
    )
    .await?;
    let more = rooms.values().any(|room| !room.complete);
    Ok(Synced { events, rooms, joined, resync, cursor, more, notifications_unread })
}

/// Whether nothing can have happened in a room since `at`, by the time of its last number alone.
fn unchanged(room: &Room, at: Timestamp) -> bool {
    room.last_seq_at.is_none_or(|last| last.plus_ms(SETTLED_MS) < at)
}

/// What a client may send, so that it can say so before it tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct Limits {
    /// Characters of a message.
    pub message_max: u64,
    /// Bytes of a file.
    pub attachment_bytes_max: u64,
    /// Files of a message.
    pub attachments_max: usize,
    /// Bytes of a frame; what is longer goes by REST.
    pub frame_bytes_max: u64,
    /// How long a message can be edited, in milliseconds.
    pub edit_window_ms: i64,
    /// How long typing lasts, in milliseconds.
    pub typing_ms: i64,
    /// How often a client should ping, in milliseconds.
    pub heartbeat_ms: i64,
    /// Messages in any window.
    pub sends_max: u32,
    /// The window's length, in milliseconds.
    pub sends_window_ms: i64,
}

/// Everything a client needs at its start.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct Bootstrap {
    pub me: OwnUserView,
    /// As the first page of `GET /rooms`.
    pub rooms: Vec<RoomView>,
    pub next_cursor: Option<String>,
    /// From where to `resume` each room of the caller, also those of later pages.
    pub positions: BTreeMap<RoomId, u64>,
    /// From where to `GET /sync`.
    pub cursor: String,
    /// Unread messages in those of `rooms` that are not muted.
    pub unread_total: u64,
    pub notifications_unread: u64,
    /// Whom the caller has blocked.
    pub blocks: Vec<UserId>,
    pub limits: Limits,
    pub server_time: Timestamp,
}

/// The caller's state. The positions come first and the state after them: what happens meanwhile comes
/// again as an event, and nothing is missed.
pub async fn bootstrap(
    store: &(impl Look + ReadLog + ListRooms + FindConnections + ReadNotices + Blocks),
    who: Principal,
    now: Timestamp,
    limits: Limits,
) -> Result<Bootstrap> {
    let positions = resume(store, who, now, BTreeMap::new()).await?.rooms;
    let ask = Ask { profiles: vec![who.user], ..who.ask() };
    let users = [who.user];
    let page = list_rooms(store, who, now, FIRST_ROOMS, None);
    let (page, seen, open, blocks, notifications_unread) = futures_util::future::try_join5(
        page,
        store.look(ask, now),
        store.connections(&users, now),
        crate::blocked_by(store, who.user),
        unread_notifications(store, who.user, now),
    )
    .await?;
    who.check(&seen)?;
    let profile = seen.profiles.get(&who.user).ok_or_else(|| crate::gate::no_such("user"))?;
    let presence = open.into_iter().next().map(|(_, kept)| kept).unwrap_or_default();
    let order = page.rooms.iter().map(|room| room.id);
    let rest = positions.keys().copied().filter(|id| !page.rooms.iter().any(|r| r.id == *id));
    let order = order.chain(rest).filter_map(|id| Some((id, positions.get(&id)?.last_seq)));
    let cursor = Cursor::encode(now, order);
    let mine = page.rooms.iter().filter_map(|room| room.mine.as_ref());
    let unread =
        mine.filter(|m| m.notification_level != NotifyLevel::Muted).map(|m| m.unread_count);
    Ok(Bootstrap {
        me: OwnUserView {
            user: UserView::of(profile, &presence, now),
            settings: Settings::of(profile),
        },
        unread_total: unread.sum(),
        rooms: page.rooms,
        next_cursor: page.next_cursor,
        positions: positions.into_iter().map(|(id, at)| (id, at.last_seq)).collect(),
        cursor,
        notifications_unread,
        blocks,
        limits,
        server_time: now,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(n: u8) -> RoomId {
        RoomId::new(Timestamp::from_ms(i64::from(n)), [n; 10])
    }

    #[test]
    fn cursors_read_back() {
        let at = Timestamp::from_ms(1_790_000_000_000);
        let rooms = [(room(1), 0), (room(2), 127), (room(3), 128), (room(4), 987_654_321)];
        let cursor = Cursor::decode(&Cursor::encode(at, rooms)).unwrap();
        assert_eq!(cursor.at, at);
        let expected = rooms.map(|(room, seq)| (tag(room), Some(seq)));
        assert_eq!(cursor.rooms, expected.into());
        let twice = Cursor::decode(&Cursor::encode(at, [(room(1), 1), (room(1), 2)])).unwrap();
        assert_eq!(twice.rooms, [(tag(room(1)), None)].into(), "one cannot tell which");
        let empty = Cursor::decode(&Cursor::encode(at, [])).unwrap();
        assert!(empty.rooms.is_empty());
    }

    #[test]
    fn cursors_fit_an_address() {
        let many = (0..2_000u16).map(|n| {
            let mut random = [0; 10];
            random[8..].copy_from_slice(&n.to_be_bytes());
            (RoomId::new(Timestamp::from_ms(0), random), 9_999_999)
        });
        let cursor = Cursor::encode(Timestamp::from_ms(0), many);
        assert!(cursor.len() < 5_500, "{}", cursor.len());
        assert_eq!(Cursor::decode(&cursor).unwrap().rooms.len(), CURSOR_ROOMS_MAX);
    }

    #[test]
    fn what_is_no_cursor_is_refused() {
        let good = Cursor::encode(Timestamp::from_ms(7), [(room(1), 300)]);
        for bad in
            ["", "x", "!", "Ag", "AQ", "AQAAAAA", &good[..good.len() - 1], &"A".repeat(9_000)]
        {
            assert!(Cursor::decode(bad).is_err(), "{bad:.40}");
        }
        let endless = URL_SAFE_NO_PAD.encode([&[1; 11][..], &[0xff; 20]].concat());
        assert!(Cursor::decode(&endless).is_err());
    }
}
