//! Direct rooms for clients that know no other rooms, and no tombstones: other protocols' chats between
//! two people. For them a room that is not direct does not exist, and neither does what was deleted.

use crate::gate::{Principal, no_such};
use crate::ports::{Ask, ChangeMembers, ListRooms, Look, Range, ReadHistory, Seen};
use crate::read_rooms::{fitting, is_listed, look_mine, ordered, shown};
use crate::view::{MessageView, People, RoomView};
use domain::{
    ChatError, Code, FieldError, Membership, Message, MessageId, MessageKind, Result, Room, RoomId,
    RoomKind, Timestamp, UserId,
};
use futures_util::{StreamExt, TryStreamExt, stream};
use std::collections::HashMap;

/// How far back the last message that stands is looked for, where later ones were deleted.
const LAST_LOOKED_AT_MAX: usize = 20;
/// Rooms that are looked at so at once.
const ROOMS_IN_FLIGHT_MAX: usize = 16;

/// Which of the direct rooms are wanted. They are ordered by their last message, the latest first; the
/// rooms that a page is counted from are named by their ids and need not be on the list any more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DirectPage {
    /// Only what comes after this room.
    pub after: Option<RoomId>,
    /// Only what comes before this room.
    pub before: Option<RoomId>,
    /// Of what comes before, the nearest rooms and not the first.
    pub nearest: bool,
    /// How many are passed over.
    pub offset: usize,
    /// How many at most.
    pub limit: usize,
}

impl DirectPage {
    /// The page of those in `all`, which are in order, that are listed; `None` where it is counted from
    /// something that is not there.
    fn of<T>(
        self,
        all: Vec<T>,
        id: impl Fn(&T) -> RoomId,
        listed: impl Fn(&T) -> bool,
    ) -> Option<Vec<T>> {
        let place = |wanted: Option<RoomId>| match wanted {
            Some(wanted) => all.iter().position(|one| id(one) == wanted).map(Some),
            None => Some(None),
        };
        let begin = place(self.after)?.map_or(0, |at| at + 1);
        let end = place(self.before)?.unwrap_or(all.len());
        let mut part: Vec<T> = all.into_iter().take(end).skip(begin).filter(listed).collect();
        let skipped = match self.nearest {
            true => part.len().saturating_sub(self.limit),
            false => self.offset.min(part.len()),
        };
        part.drain(..skipped);
        part.truncate(self.limit);
        Some(part)
    }
}

/// The caller's direct rooms, latest message first: fewer than the limit where they would be too large for
/// one answer. 400 where the page is counted from what is none of the caller's direct rooms.
pub async fn list_direct_rooms(
    store: &(impl Look + ListRooms + ReadHistory),
    who: Principal,
    now: Timestamp,
    page: DirectPage,
) -> Result<Vec<RoomView>> {
    let seen = look_mine(store, who, now).await?;
    let direct = ordered(&seen, who.user).into_iter().filter(|(room, _)| is_direct(room)).collect();
    let page = page.of(direct, |(room, _)| room.id, is_listed).ok_or_else(|| {
        ChatError::from(FieldError::new("max_id", "invalid", "must be the id of a chat"))
    })?;
    let mut rooms = shown(store, who, now, &page).await?;
    rooms.truncate(fitting(&rooms));
    standing(store, who.user, now, rooms).await
}

/// One direct room of the caller's.
pub async fn direct_room(
    store: &(impl Look + ReadHistory),
    who: Principal,
    now: Timestamp,
    id: RoomId,
) -> Result<RoomView> {
    let seen = store.look(who.ask_room(id), now).await?;
    let (room, member) = member_of_direct(&seen, who, id)?;
    let rooms = shown(store, who, now, &[(room, member)]).await?;
    let mut rooms = standing(store, who.user, now, rooms).await?;
    rooms.pop().ok_or_else(|| no_such("room"))
}

/// How far the caller has read a direct room of theirs; `not_found` for any other room.
pub async fn direct_read_seq(
    store: &impl Look,
    who: Principal,
    now: Timestamp,
    id: RoomId,
) -> Result<u64> {
    let seen = store.look(who.ask_room(id), now).await?;
    member_of_direct(&seen, who, id).map(|(_, member)| member.read.seq)
}

/// Takes a direct room off the caller's list until somebody writes, and returns it as it was.
pub async fn hide_direct_room(
    store: &(impl Look + ReadHistory + ChangeMembers),
    who: Principal,
    now: Timestamp,
    id: RoomId,
) -> Result<RoomView> {
    let room = direct_room(store, who, now, id).await?;
    store.hide_room(id, who.user, room.last_seq).await?;
    Ok(room)
}

/// A message of a direct room, and how far who asked has read that room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectMessage {
    /// The message.
    pub message: MessageView,
    /// The last number that was read.
    pub read_seq: u64,
}

/// Those of `ids` that stand in direct rooms of `user`, in two round trips however many there are.
pub async fn direct_messages(
    store: &impl Look,
    user: UserId,
    now: Timestamp,
    ids: Vec<MessageId>,
) -> Result<HashMap<MessageId, DirectMessage>> {
    let mut rooms: Vec<RoomId> = ids.iter().map(|id| id.room).collect();
    rooms.sort_unstable();
    rooms.dedup();
    if rooms.is_empty() {
        return Ok(HashMap::new());
    }
    let members = rooms.iter().map(|room| (*room, user)).collect();
    let seen = store.look(Ask { rooms, members, messages: ids, ..Ask::default() }, now).await?;
    let member = |message: &Message| {
        seen.rooms.get(&message.id.room).filter(|room| is_direct(room))?;
        seen.members.get(&(message.id.room, user))
    };
    let found: Vec<(&Message, &Membership)> = seen
        .messages
        .values()
        .filter(|message| stands(message))
        .filter_map(|message| Some((message, member(message)?)))
        .collect();
    let named = found.iter().flat_map(|(message, _)| MessageView::names(message));
    let people = crate::people(store, named.collect::<Vec<_>>(), now).await?;
    let view = |(message, member): (&Message, &Membership)| {
        let (message, read_seq) = (MessageView::of(message, &people, Some(user)), member.read.seq);
        (message.id, DirectMessage { message, read_seq })
    };
    Ok(found.into_iter().map(view).collect())
}

/// A direct room with a message of it, to be told to both: loaded once, shown to each.
#[derive(Clone, Debug)]
pub struct DirectScene {
    room: Room,
    members: HashMap<(RoomId, UserId), Membership>,
    people: People,
    /// The message that is meant, if it stands.
    message: Option<Message>,
    /// The last one that stands.
    last: Option<Message>,
}

/// The scene of a message; nothing where the room is not direct. Two round trips.
pub async fn direct_scene(
    store: &(impl Look + ReadHistory),
    now: Timestamp,
    id: MessageId,
) -> Result<Option<DirectScene>> {
    let ask = Ask { rooms: vec![id.room], messages: vec![id], ..Ask::default() };
    let mut seen = store.look(ask, now).await?;
    let Some(room) = seen.rooms.remove(&id.room).filter(is_direct) else { return Ok(None) };
    let Some((a, b)) = room.pair else { return Ok(None) };
    let ask =
        Ask { members: vec![(room.id, a), (room.id, b)], profiles: vec![a, b], ..Ask::default() };
    let (pair, last) = futures_util::future::try_join(
        store.look(ask, now),
        last_standing(store, room.id, room.last_seq),
    )
    .await?;
    let message = seen.messages.remove(&id).filter(stands);
    let Seen { members, profiles: people, .. } = pair;
    Ok(Some(DirectScene { room, members, people, message, last }))
}

impl DirectScene {
    /// The room as one of the two sees it, with the message that is meant as its last; nothing where that
    /// does not stand any more.
    pub fn with_message(&self, user: UserId) -> Option<RoomView> {
        self.view(user, self.message.as_ref()?)
    }

    /// The room as one of the two sees it, with the last message that stands.
    pub fn with_last(&self, user: UserId) -> Option<RoomView> {
        match &self.last {
            Some(last) => self.view(user, last),
            None => self.bare(user, None),
        }
    }

    /// Whether nothing that stands follows the number.
    pub fn ends_with(&self, seq: u64) -> bool {
        self.last.as_ref().is_none_or(|last| last.id.seq <= seq)
    }

    fn view(&self, user: UserId, message: &Message) -> Option<RoomView> {
        self.bare(user, Some(message))
    }

    fn bare(&self, user: UserId, message: Option<&Message>) -> Option<RoomView> {
        let member = self.members.get(&(self.room.id, user))?;
        Some(RoomView::for_member(&self.room, member, message, &self.people))
    }
}

fn is_direct(room: &Room) -> bool {
    room.kind == RoomKind::Direct
}

/// What was written by one of the two and not deleted.
fn stands(message: &Message) -> bool {
    message.deleted.is_none() && message.kind != MessageKind::System
}

fn member_of_direct(seen: &Seen, who: Principal, id: RoomId) -> Result<(&Room, &Membership)> {
    let found = who.member(seen, id)?;
    if is_direct(found.0) { Ok(found) } else { Err(ChatError::new(Code::NotFound)) }
}

/// Rooms with the last message that stands in place of one that was deleted.
async fn standing(
    store: &(impl Look + ReadHistory),
    user: UserId,
    now: Timestamp,
    rooms: Vec<RoomView>,
) -> Result<Vec<RoomView>> {
    let looked_at = rooms.into_iter().map(|mut room| async move {
        let Some(mine) = room.mine.as_mut() else { return Ok(room) };
        let gone = |m: &MessageView| m.deleted || m.kind == MessageKind::System;
        if mine.last_message.as_ref().is_some_and(gone) {
            mine.last_message = match last_standing(store, room.id, room.last_seq).await? {
                Some(last) => {
                    let people = crate::people(store, MessageView::names(&last), now).await?;
                    Some(MessageView::of(&last, &people, Some(user)))
                }
                None => None,
            };
        }
        Ok::<_, ChatError>(room)
    });
    stream::iter(looked_at).buffered(ROOMS_IN_FLIGHT_MAX).try_collect().await
}

async fn last_standing(
    store: &impl ReadHistory,
    room: RoomId,
    last_seq: u64,
) -> Result<Option<Message>> {
    let limit = LAST_LOOKED_AT_MAX;
    let range = Range { after: None, before: None, last_seq, newest_first: true, limit };
    Ok(store.history(room, range).await?.into_iter().find(stands))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(n: u8) -> RoomId {
        RoomId::new(Timestamp::from_ms(0), [n; 10])
    }

    #[test]
    fn pages_are_counted_from_rooms() {
        let page = |after: Option<u8>, before: Option<u8>, nearest, offset, limit| {
            let (after, before) = (after.map(room), before.map(room));
            let page = DirectPage { after, before, nearest, offset, limit };
            page.of((0..=6).collect(), |n: &u8| room(*n), |n| *n > 0)
        };
        for (name, got, wanted) in [
            ("all", page(None, None, false, 0, usize::MAX), vec![1, 2, 3, 4, 5, 6]),
            ("the first", page(None, None, false, 0, 2), vec![1, 2]),
            ("after", page(Some(2), None, false, 0, 2), vec![3, 4]),
            ("after the last", page(Some(6), None, false, 0, 2), vec![]),
            ("before", page(None, Some(5), false, 0, 2), vec![1, 2]),
            ("right before", page(None, Some(5), true, 0, 2), vec![3, 4]),
            ("right before the first", page(None, Some(1), true, 0, 2), vec![]),
            ("between", page(Some(1), Some(5), true, 0, 40), vec![2, 3, 4]),
            ("the wrong way round", page(Some(5), Some(1), false, 0, 40), vec![]),
            ("offset", page(None, None, false, 4, 40), vec![5, 6]),
            ("after one that is not listed", page(Some(0), None, false, 0, 2), vec![1, 2]),
        ] {
            assert_eq!(got, Some(wanted), "{name}");
        }
        assert_eq!(page(Some(9), None, false, 0, 2), None, "counted from nothing");
    }
}
