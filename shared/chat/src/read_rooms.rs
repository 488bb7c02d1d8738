//! Shows rooms: one's own, the directory, a single one.

use crate::gate::Principal;
use crate::list_messages::PAGE_BYTES_MAX;
use crate::ports::{Ask, ListDirectory, ListRooms, Look, Seen};
use crate::view::{MessageView, RoomView};
use domain::{
    ChatError, Code, FieldError, Membership, MessageId, Result, Room, RoomId, RoomKind, Timestamp,
    UserId,
};
use serde::Serialize;

/// A page of rooms.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct Rooms {
    pub rooms: Vec<RoomView>,
    pub next_cursor: Option<String>,
}

/// The caller's rooms, latest message first. Five round trips however many rooms there are (each
/// of them several calls side by side beyond 50 rooms), and at most 1,000 rooms.
pub async fn list_rooms(
    store: &(impl Look + ListRooms),
    who: Principal,
    now: Timestamp,
    limit: usize,
    cursor: Option<&str>,
) -> Result<Rooms> {
    let after = cursor.map(parse_cursor).transpose()?;
    let seen = look_mine(store, who, now).await?;
    let mut mine = ordered(&seen, who.user);
    mine.retain(is_listed);
    if let Some((at, id)) = after {
        mine.retain(|(room, _)| place(room) > (std::cmp::Reverse(at), id));
    }
    let more = mine.len() > limit;
    mine.truncate(limit);
    let mut rooms = shown(store, who, now, &mine).await?;
    // Very long last messages: fewer rooms, and the cursor goes on from there.
    let fits = fitting(&rooms);
    let more = more || fits < rooms.len();
    rooms.truncate(fits);
    let next_cursor = mine
        .get(rooms.len().saturating_sub(1))
        .filter(|_| more)
        .map(|(room, _)| format!("{}_{}", room.active_at().ms(), room.id));
    Ok(Rooms { rooms, next_cursor })
}

/// The caller's rooms and their memberships, at most 1,000: two round trips.
pub(crate) async fn look_mine(
    store: &(impl Look + ListRooms),
    who: Principal,
    now: Timestamp,
) -> Result<Seen> {
    let (seen, ids) =
        futures_util::future::try_join(store.look(who.ask(), now), store.rooms_of(who.user))
            .await?;
    who.check(&seen)?;
    let members = ids.iter().map(|id| (*id, who.user)).collect();
    store.look(Ask { rooms: ids, members, ..Ask::default() }, now).await
}

/// A user's rooms, latest message first.
pub(crate) fn ordered(seen: &Seen, user: UserId) -> Vec<(&Room, &Membership)> {
    let rooms = seen.rooms.values();
    let mut mine: Vec<(&Room, &Membership)> =
        rooms.filter_map(|room| Some((room, seen.members.get(&(room.id, user))?))).collect();
    mine.sort_by_key(|(room, _)| place(room));
    mine
}

/// Whether a room is on its member's list: a direct one can be taken off until somebody writes.
pub(crate) fn is_listed((room, member): &(&Room, &Membership)) -> bool {
    member.hidden_seq.is_none_or(|seq| room.last_message_seq > seq)
}

/// Where a room stands in a list.
fn place(room: &Room) -> (std::cmp::Reverse<Timestamp>, RoomId) {
    (std::cmp::Reverse(room.active_at()), room.id)
}

/// How many of these one answer holds; at least one.
pub(crate) fn fitting(rooms: &[RoomView]) -> usize {
    let mut bytes = 0;
    let fits = rooms.iter().take_while(|room| {
        bytes += serde_json::to_vec(room).map_or(0, |json| json.len());
        bytes <= PAGE_BYTES_MAX
    });
    fits.count().max(1).min(rooms.len())
}

/// One room: whole for a member, a preview of a public one for strangers.
pub async fn get_room(
    store: &impl Look,
    who: Principal,
    now: Timestamp,
    id: RoomId,
) -> Result<RoomView> {
    let seen = store.look(who.ask_room(id), now).await?;
    let room = who.room(&seen, id)?;
    match seen.members.get(&(id, who.user)) {
        Some(member) => {
            let mut views = shown(store, who, now, &[(room, member)]).await?;
            views.pop().ok_or_else(|| ChatError::new(Code::NotFound))
        }
        None if room.kind == RoomKind::Public => {
            Ok(RoomView { joined: Some(false), ..RoomView::of(room) })
        }
        None => Err(ChatError::new(Code::NotAMember)),
    }
}

/// Public rooms by name, whose name contains `q`.
pub async fn list_public_rooms(
    store: &(impl Look + ListDirectory),
    who: Principal,
    now: Timestamp,
    q: Option<&str>,
    limit: usize,
    cursor: Option<&str>,
) -> Result<Rooms> {
    let folded = q.map(str::to_lowercase);
    let (seen, page) = futures_util::future::try_join(
        store.look(who.ask(), now),
        store.public_rooms(folded.as_deref(), limit, cursor),
    )
    .await?;
    who.check(&seen)?;
    let members = page.items.iter().map(|id| (*id, who.user)).collect();
    let seen =
        store.look(Ask { rooms: page.items.clone(), members, ..Ask::default() }, now).await?;
    // The index may lag behind a room that was closed or made private.
    let rooms = page.items.iter().filter_map(|id| seen.rooms.get(id));
    let rooms = rooms
        .filter(|room| room.kind == RoomKind::Public)
        .map(|room| RoomView {
            joined: Some(seen.members.contains_key(&(room.id, who.user))),
            ..RoomView::of(room)
        })
        .collect();
    Ok(Rooms { rooms, next_cursor: page.next })
}

/// Adds last messages and people to rooms.
pub(crate) async fn shown(
    store: &impl Look,
    who: Principal,
    now: Timestamp,
    mine: &[(&Room, &Membership)],
) -> Result<Vec<RoomView>> {
    let last = |room: &Room| {
        (room.last_message_seq > 0)
            .then_some(MessageId { room: room.id, seq: room.last_message_seq })
    };
    let peers: Vec<(RoomId, UserId)> =
        mine.iter().filter_map(|(room, _)| Some((room.id, room.peer_of(who.user)?))).collect();
    let self_too = peers.first().map(|_| who.user);
    let ask = Ask {
        messages: mine.iter().filter_map(|(room, _)| last(room)).collect(),
        profiles: peers.iter().map(|(_, peer)| *peer).chain(self_too).collect(),
        members: peers.clone(),
        ..Ask::default()
    };
    let nothing = ask.messages.is_empty() && ask.profiles.is_empty();
    let Seen { messages, members, mut profiles, .. } =
        if nothing { Seen::default() } else { store.look(ask, now).await? };
    let named =
        messages.values().flat_map(MessageView::names).filter(|u| !profiles.contains_key(u));
    let more = crate::people(store, named.collect::<Vec<_>>(), now).await?;
    profiles.extend(more);
    let view = |(room, member): &(&Room, &Membership)| {
        let message = last(room).and_then(|id| messages.get(&id));
        let mut view = RoomView::for_member(room, member, message, &profiles);
        let peer = room.peer_of(who.user).and_then(|peer| members.get(&(room.id, peer)));
        if let Some(peer) = peer {
            let hides = |id| profiles.get(&id).is_some_and(|p| p.hides_read);
            view.add_peer(peer, hides(who.user) || hides(peer.user));
        }
        view
    };
    Ok(mine.iter().map(view).collect())
}

fn parse_cursor(text: &str) -> Result<(Timestamp, RoomId)> {
    let parts =
        text.split_once('_').and_then(|(ms, id)| Some((ms.parse().ok()?, id.parse().ok()?)));
    let (ms, id) =
        parts.ok_or_else(|| FieldError::new("cursor", "invalid", "must be a next_cursor"))?;
    Ok((Timestamp::from_ms(ms), id))
}
