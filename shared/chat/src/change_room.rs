//! Changes a room's settings, and deletes rooms.

use crate::compose;
use crate::edit_message::{ROUNDS_MAX, busy};
use crate::event::Audience;
use crate::gate::{Principal, no_such};
use crate::ports::{ChangeRoom, Commit, Look, Publish, QueuePurge, RoomPatch, TakeSeq, Taken};
use crate::read_rooms;
use crate::view::RoomView;
use domain::{
    Change, ChatError, Code, FieldError, LogEntry, Membership, Result, Role, Room, RoomId,
    RoomKind, Timestamp,
};

/// Applies `patch` as an admin or the owner, if `only_if` holds of the settings' tag
/// ([`RoomView::settings_tag`]). Settings that are so already are no change.
pub async fn update_room(
    store: &(impl Look + TakeSeq + ChangeRoom),
    fanout: &impl Publish,
    who: Principal,
    now: Timestamp,
    id: RoomId,
    patch: RoomPatch,
    only_if: impl Fn(&str) -> bool,
) -> Result<RoomView> {
    let mut taken = None;
    for _ in 0..ROUNDS_MAX {
        let mut ask = who.ask_room(id);
        ask.profiles = vec![who.user];
        let seen = store.look(ask, now).await?;
        let (room, member) = who.member(&seen, id)?;
        room.not_direct()?;
        member.at_least(Role::Admin)?;
        if !only_if(&RoomView::of(room).settings_tag()) {
            return Err(ChatError::new(Code::PreconditionFailed));
        }
        let mut next = room.clone();
        if let Some(kind) = patch.kind.filter(|kind| *kind != room.kind) {
            // The other way round would show strangers what was said in confidence.
            if (room.kind, kind) != (RoomKind::Public, RoomKind::Private) {
                let expected = "can only change from public to private";
                return Err(FieldError::new("/type", "invalid", expected).into());
            }
            member.at_least(Role::Owner)?;
            next.kind = kind;
        }
        next.name = patch.name.clone().or(next.name);
        if let Some(description) = &patch.description {
            next.description.clone_from(description);
        }
        if next == *room {
            return as_shown(store, who, now, room, member).await;
        }
        let Taken { seq, ordinal } = match taken {
            Some(place) => place,
            None => *taken.insert(store.take_event_seq(id, now).await?),
        };
        let change =
            Change::RoomUpdated { renamed: next.name.clone().filter(|_| next.name != room.name) };
        let entry = LogEntry { room: id, seq, at: now, ordinal, actor: who.user, change };
        if store.commit_room(room, &next, &entry).await? == Commit::Stale {
            continue;
        }
        next.last_seq = seq;
        compose::announce(fanout, &entry, &next, None, &seen.profiles).await?;
        return as_shown(store, who, now, &next, member).await;
    }
    Err(busy())
}

/// The room as `GET` shows it to its member.
async fn as_shown(
    store: &impl Look,
    who: Principal,
    now: Timestamp,
    room: &Room,
    member: &Membership,
) -> Result<RoomView> {
    let mut shown = read_rooms::shown(store, who, now, &[(room, member)]).await?;
    shown.pop().ok_or_else(|| no_such("room"))
}

/// Deletes a room as its owner: from now on it is unknown to everybody, and the purge worker takes
/// away what lies under it.
pub async fn delete_room(
    store: &(impl Look + ChangeRoom),
    fanout: &impl Publish,
    purges: &impl QueuePurge,
    who: Principal,
    now: Timestamp,
    id: RoomId,
) -> Result<()> {
    for _ in 0..ROUNDS_MAX {
        let seen = store.look(who.ask_room(id), now).await?;
        let (room, member) = who.member(&seen, id)?;
        room.not_direct()?;
        member.at_least(Role::Owner)?;
        // First the intention: if this process dies behind the mark, the room is emptied all the same.
        purges.intend_purge(id).await?;
        if store.delete_room(id, who.user, None, now).await? == Commit::Stale {
            continue;
        }
        return fanout.publish(&compose::room_deleted(id, Audience::Room(id), now)).await;
    }
    Err(busy())
}
