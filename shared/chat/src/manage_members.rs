//! Brings people into a room and takes them out, by rank.

use crate::edit_message::{ROUNDS_MAX, busy};
use crate::gate::{Principal, no_such};
use crate::ports::{
    ChangeMembers, ChangeRoom, Commit, Look, Publish, QueuePurge, ReadLog, TakeSeq, Taken,
};
use crate::view::MembershipView;
use crate::{compose, enter, leave_room};
use domain::{
    Change, ChatError, Code, LeaveReason, LogEntry, Result, Role, RoomId, Timestamp, UserId,
};

/// Adds `user` to a room as an admin or the owner. `true` if they were in it.
pub async fn add_member(
    store: &(impl Look + TakeSeq + ChangeMembers + ReadLog),
    fanout: &impl Publish,
    who: Principal,
    now: Timestamp,
    id: RoomId,
    user: UserId,
) -> Result<(MembershipView, bool)> {
    let mut ask = who.ask_room(id);
    enter::ask(&mut ask, id, user);
    ask.profiles.push(who.user);
    ask.blocks = vec![(user, who.user)];
    let mut taken = None;
    for _ in 0..ROUNDS_MAX {
        let seen = store.look(ask.clone(), now).await?;
        let (room, actor) = who.member(&seen, id)?;
        room.not_direct()?;
        actor.at_least(Role::Admin)?;
        let profile = seen.profiles.get(&user).ok_or_else(|| no_such("user"))?;
        if let Some(member) = seen.members.get(&(id, user)) {
            let ours = enter::is_of(user);
            compose::heal(store, fanout, room, who.user, now, &seen.profiles, ours).await?;
            return Ok((MembershipView::of(member), true));
        }
        if profile.deactivated {
            return Err(ChatError::new(Code::AccountDeactivated));
        }
        if seen.blocks.contains(&(user, who.user)) {
            return Err(ChatError::new(Code::Blocked));
        }
        let member = enter::newcomer(&seen, room, user, now)?;
        let Taken { seq, ordinal } = match taken {
            Some(taken) => taken,
            None => *taken.insert(store.take_event_seq(id, now).await?),
        };
        let change = enter::change(&member);
        let entry = LogEntry { room: id, seq, at: now, ordinal, actor: who.user, change };
        if store.add_member(&member, &entry).await? == Commit::Stale {
            continue;
        }
        enter::announce(fanout, &entry, room, &seen.profiles).await?;
        return Ok((MembershipView::of(&member), false));
    }
    Err(busy())
}

/// Takes `user` out of a room as somebody of higher rank; oneself by leaving.
pub async fn remove_member(
    store: &(impl Look + TakeSeq + ChangeMembers + ChangeRoom + ReadLog),
    fanout: &impl Publish,
    purges: &impl QueuePurge,
    who: Principal,
    now: Timestamp,
    id: RoomId,
    user: UserId,
) -> Result<()> {
    let mut ask = who.ask_room(id);
    ask.members.push((id, user));
    ask.profiles = vec![who.user, user];
    let change = Change::UserLeft { user, reason: LeaveReason::Removed };
    let mut taken = None;
    for _ in 0..ROUNDS_MAX {
        let seen = store.look(ask.clone(), now).await?;
        let (room, actor) = who.member(&seen, id)?;
        room.not_direct()?;
        if user == who.user {
            return leave_room(store, fanout, purges, who, now, id).await;
        }
        let member = seen.members.get(&(id, user));
        actor.may_act_on(member)?;
        let Some(member) = member else {
            // An earlier try of this request may have done it.
            let ours = |c: &Change| *c == change;
            return match compose::heal(store, fanout, room, who.user, now, &seen.profiles, ours)
                .await?
            {
                true => Ok(()),
                false => Err(no_such("member")),
            };
        };
        let Taken { seq, ordinal } = match taken {
            Some(taken) => taken,
            None => *taken.insert(store.take_event_seq(id, now).await?),
        };
        let change = change.clone();
        let entry = LogEntry { room: id, seq, at: now, ordinal, actor: who.user, change };
        if store.remove_member(member, &entry).await? == Commit::Stale {
            continue;
        }
        return compose::announce(fanout, &entry, room, None, &seen.profiles).await;
    }
    Err(busy())
}
