//! What every way into a room has in common.

use crate::compose;
use crate::ports::{Ask, Publish, Seen};
use crate::view::People;
use domain::{
    Change, ChatError, Code, LogEntry, Membership, Result, Role, Room, RoomId, Timestamp, UserId,
};

/// Adds to a question what decides whether `user` may enter `room`.
pub(crate) fn ask(ask: &mut Ask, room: RoomId, user: UserId) {
    if !ask.members.contains(&(room, user)) {
        ask.members.push((room, user));
    }
    ask.bans.push((room, user));
    ask.silences.push((room, user));
    ask.profiles.push(user);
}

/// The place of somebody who enters now; refused while banned. Who left silenced comes back silenced.
pub(crate) fn newcomer(
    seen: &Seen,
    room: &Room,
    user: UserId,
    now: Timestamp,
) -> Result<Membership> {
    if seen.bans.contains_key(&(room.id, user)) {
        return Err(ChatError::new(Code::Banned));
    }
    let silence = seen.silences.get(&(room.id, user));
    Ok(Membership {
        silenced_until: silence.map(|silence| silence.until),
        ..Membership::new(room, user, Role::Member, now)
    })
}

/// The change by which `member` enters.
pub(crate) fn change(member: &Membership) -> Change {
    let Membership { user, role, silenced_until, .. } = *member;
    Change::UserJoined { user, role, silenced_until }
}

/// Tells the room of a committed entrance; the room with its new member.
pub(crate) async fn announce(
    fanout: &impl Publish,
    entry: &LogEntry,
    room: &Room,
    people: &People,
) -> Result<Room> {
    let mut room = room.clone();
    room.member_count += 1;
    room.last_seq = room.last_seq.max(entry.seq);
    compose::announce(fanout, entry, &room, None, people).await?;
    Ok(room)
}

/// Whether a change is the entrance of `user`.
pub(crate) fn is_of(user: UserId) -> impl Fn(&Change) -> bool {
    move |change| matches!(change, Change::UserJoined { user: joined, .. } if *joined == user)
}
