//! Enters and leaves rooms, and lists who is in one.

use crate::compose;
use crate::event::Audience;
use crate::gate::Principal;
use crate::ports::{
    ChangeMembers, ChangeRoom, Commit, ListMembers, Look, Publish, ReadLog, TakeSeq, Taken,
};
use crate::view::{CompactUser, MembershipView, RoomView};
use domain::{
    Change, ChatError, Code, LeaveReason, LogEntry, Membership, Result, Role, RoomId, RoomKind,
    Timestamp, UserId,
};
use serde::Serialize;

/// A room and the caller's place in it.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct Joined {
    pub room: RoomView,
    pub membership: MembershipView,
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
    ask.profiles = vec![who.user];
    let seen = store.look(ask.clone(), now).await?;
    let room = who.room(&seen, id)?;
    let change = Change::UserJoined { user: who.user, role: Role::Member };
    if !seen.members.contains_key(&(id, who.user)) {
        if room.kind != RoomKind::Public {
            return Err(ChatError::new(Code::InviteRequired));
        }
        let mut room = room.clone();
        let member = Membership::new(&room, who.user, Role::Member, now);
        let Taken { seq, ordinal } = store.take_event_seq(id, now).await?;
        let entry =
            LogEntry { room: id, seq, at: now, ordinal, actor: who.user, change: change.clone() };
        if store.add_member(&member, &entry).await? == Commit::Done {
            room.member_count += 1;
            room.last_seq = seq;
            compose::announce(fanout, &entry, &room, None, &seen.profiles).await?;
            return Ok(Joined {
                room: RoomView::for_member(&room, &member, None, &seen.profiles),
                membership: MembershipView::of(&member),
            });
        }
    }
    // A member already, or since a moment ago: an earlier try of this request.
    let seen = store.look(ask, now).await?;
    let (room, member) = who.member(&seen, id)?;
    if let Some(entry) = compose::recent_entry(store, room, who.user, now, |c| *c == change).await?
    {
        compose::announce(fanout, &entry, room, None, &seen.profiles).await?;
    }
    Ok(Joined {
        room: RoomView::for_member(room, member, None, &seen.profiles),
        membership: MembershipView::of(member),
    })
}

/// Leaves a room. An owner leaves only as the last, and the room goes with them; a direct room is
/// taken off the list until somebody writes.
pub async fn leave_room(
    store: &(impl Look + TakeSeq + ChangeMembers + ChangeRoom),
    fanout: &impl Publish,
    who: Principal,
    now: Timestamp,
    id: RoomId,
) -> Result<()> {
    let mut ask = who.ask_room(id);
    ask.profiles = vec![who.user];
    let seen = store.look(ask, now).await?;
    let (room, member) = who.member(&seen, id)?;
    if room.kind == RoomKind::Direct {
        return store.hide_room(id, who.user, room.last_seq).await;
    }
    if member.role == Role::Owner {
        // Decided by the store, in one condition: somebody may be joining right now.
        if store.delete_room(id, now, true).await? == Commit::Stale {
            return Err(ChatError::new(Code::OwnerMustTransfer));
        }
        let audience = Audience::Users(vec![who.user]);
        return fanout.publish(&compose::room_deleted(id, audience, now)).await;
    }
    let Taken { seq, ordinal } = store.take_event_seq(id, now).await?;
    let change = Change::UserLeft { user: who.user, reason: LeaveReason::Left };
    let entry = LogEntry { room: id, seq, at: now, ordinal, actor: who.user, change };
    if store.remove_member(member, &entry).await? == Commit::Stale {
        return Err(ChatError::new(Code::NotAMember));
    }
    compose::announce(fanout, &entry, room, None, &seen.profiles).await
}

/// A member as the list shows them.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct MemberView {
    pub user: CompactUser,
    pub role: Role,
    pub joined_at: Timestamp,
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
    store: &(impl Look + ListMembers),
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
    let people = crate::people(store, page.items.iter().map(|m| m.user), now).await?;
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
        members.push(MemberView { user, role: member.role, joined_at: member.joined_at });
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
