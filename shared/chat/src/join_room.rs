//! Enters and leaves rooms, and lists who is in one.

use crate::compose;
use crate::edit_message::{ROUNDS_MAX, busy};
use crate::enter;
use crate::event::Audience;
use crate::gate::Principal;
use crate::ports::{
    ChangeMembers, ChangeRoom, Commit, FindConnections, ListMembers, Look, Publish, QueuePurge,
    ReadLog, TakeSeq, Taken,
};
use crate::presence;
use crate::view::{CompactUser, MembershipView, People, RoomView};
use domain::{
    Change, ChatError, Code, LeaveReason, LogEntry, Membership, Result, Role, Room, RoomId,
    RoomKind, Status, Timestamp, UserId,
};
use serde::Serialize;

/// A room and the caller's place in it.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct Joined {
    pub room: RoomView,
    pub membership: MembershipView,
}

impl Joined {
    /// The room as this member sees it.
    pub(crate) fn of(room: &Room, member: &Membership) -> Self {
        Self {
            room: RoomView::for_member(room, member, None, &People::new()),
            membership: MembershipView::of(member),
        }
    }
}

/// Enters a public room; a member is simply told so.
pub async fn join_room(
    store: &(impl Look + TakeSeq + ChangeMembers + ReadLog),
    fanout: &impl Publish,
    who: Principal,
    now: Timestamp,
    id: RoomId,
) -> Result<Joined> {
    let mut ask = who.ask_room(id);
    enter::ask(&mut ask, id, who.user);
    let mut taken = None;
    for _ in 0..ROUNDS_MAX {
        let seen = store.look(ask.clone(), now).await?;
        let room = who.room(&seen, id)?;
        room.not_direct()?;
        if let Some(member) = seen.members.get(&(id, who.user)) {
            let ours = enter::is_of(who.user);
            compose::heal(store, fanout, room, who.user, now, &seen.profiles, ours).await?;
            return Ok(Joined::of(room, member));
        }
        if room.kind != RoomKind::Public {
            return Err(ChatError::new(Code::InviteRequired));
        }
        let member = enter::newcomer(&seen, room, who.user, now)?;
        let Taken { seq, ordinal } = match taken {
            Some(taken) => taken,
            None => *taken.insert(store.take_event_seq(id, now).await?),
        };
        let change = enter::change(&member);
        let entry = LogEntry { room: id, seq, at: now, ordinal, actor: who.user, change };
        if store.add_member(&member, &entry).await? == Commit::Stale {
            continue;
        }
        let room = enter::announce(fanout, &entry, room, &seen.profiles).await?;
        return Ok(Joined::of(&room, &member));
    }
    Err(busy())
}

/// Leaves a room. An owner leaves only as the last, and the room goes with them; a direct room is
/// taken off the list until somebody writes.
pub async fn leave_room(
    store: &(impl Look + TakeSeq + ChangeMembers + ChangeRoom + ReadLog),
    fanout: &impl Publish,
    purges: &impl QueuePurge,
    who: Principal,
    now: Timestamp,
    id: RoomId,
) -> Result<()> {
    let mut ask = who.ask_room(id);
    ask.profiles = vec![who.user];
    let change = Change::UserLeft { user: who.user, reason: LeaveReason::Left };
    let mut taken = None;
    for _ in 0..ROUNDS_MAX {
        let seen = store.look(ask.clone(), now).await?;
        let room = who.room(&seen, id)?;
        let Some(member) = seen.members.get(&(id, who.user)) else {
            // An earlier try may have died before it told anybody: it is told now, and the answer is
            // what a second request gets in any case.
            let ours = |c: &Change| *c == change;
            compose::heal(store, fanout, room, who.user, now, &seen.profiles, ours).await?;
            return Err(ChatError::new(Code::NotAMember));
        };
        if room.kind == RoomKind::Direct {
            return store.hide_room(id, who.user, room.last_seq).await;
        }
        if member.role == Role::Owner {
            if room.member_count > 1 {
                return Err(ChatError::new(Code::OwnerMustTransfer));
            }
            purges.intend_purge(id).await?;
            // Decided by the store, in one condition: somebody may be joining right now.
            if store.delete_room(id, who.user, Some(1), now).await? == Commit::Stale {
                continue;
            }
            let audience = Audience::Users(vec![who.user]);
            return fanout.publish(&compose::room_deleted(id, audience, now)).await;
        }
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

/// A member as the list shows them.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct MemberView {
    pub user: CompactUser,
    pub role: Role,
    pub joined_at: Timestamp,
    pub silenced_until: Option<Timestamp>,
    pub status: Status,
    pub status_message: Option<String>,
    pub status_emoji: Option<String>,
    pub last_active_at: Option<Timestamp>,
    /// This room, while they are looking at it with some device.
    pub current_room: Option<RoomId>,
}

/// A page of members.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct Members {
    pub members: Vec<MemberView>,
    pub next_cursor: Option<String>,
}

/// Members by id, a page at a time; with `q` those whose username begins with it or whose display
/// name contains it. A filtered page may hold fewer than `limit` and still have a next.
pub async fn list_members(
    store: &(impl Look + ListMembers + FindConnections),
    who: Principal,
    now: Timestamp,
    id: RoomId,
    q: Option<&str>,
    limit: usize,
    after: Option<UserId>,
) -> Result<Members> {
    // A filter looks at more members for one answer.
    let read = if q.is_some() { 500 } else { limit };
    let (seen, page) = futures_util::future::try_join(
        store.look(who.ask_room(id), now),
        store.members(id, read, after),
    )
    .await?;
    who.member(&seen, id)?;
    let (people, present) = presence::of_members(store, who, now, &page.items).await?;
    let folded = q.map(str::to_lowercase);
    let wanted = |user: &CompactUser| {
        folded.as_deref().is_none_or(|q| {
            user.username.to_lowercase().starts_with(q)
                || user.display_name.to_lowercase().contains(q)
        })
    };
    let mut members = Vec::new();
    let mut next_cursor = page.next;
    for member in &page.items {
        let user = CompactUser::of(member.user, &people);
        if !wanted(&user) {
            continue;
        }
        let shown = presence::of_member(member, &people, &present, now);
        members.push(MemberView {
            user,
            role: member.role,
            joined_at: member.joined_at,
            silenced_until: member.silenced(now),
            status: shown.status,
            status_message: shown.status_message,
            status_emoji: shown.status_emoji,
            last_active_at: shown.last_active_at,
            current_room: shown.current_room,
        });
        if members.len() == limit {
            let last = page.items.last().map(|m| m.user);
            if last != Some(member.user) {
                next_cursor = Some(member.user.to_string());
            }
            break;
        }
    }
    Ok(Members { members, next_cursor })
}
