//! Roles and the ownership of a room. There is exactly one owner at every moment: a transfer changes
//! both memberships in one transaction.

use crate::compose;
use crate::edit_message::{ROUNDS_MAX, busy};
use crate::event::Audience;
use crate::gate::{Principal, no_such};
use crate::ports::{
    Ask, ChangeRoles, ChangeRoom, Commit, ListMembers, Look, Publish, QueuePurge, ReadLog, Seen,
    TakeSeq, Taken,
};
use crate::view::{MembershipView, People};
use domain::{
    Change, ChatError, Code, LogEntry, Membership, Result, Role, RoomId, RoomKind, Timestamp,
    UserId,
};

/// Members read at a time while a successor is sought.
const MEMBERS_PAGE: usize = 500;
/// Members looked at for a successor: the longest-standing ones whose accounts are looked up.
const SUCCESSORS_MAX: usize = 100;

/// Gives `user` another role, as the owner. `owner` hands the room over: the caller is an admin
/// afterwards.
pub async fn change_role(
    store: &(impl Look + TakeSeq + ChangeRoles + ReadLog),
    fanout: &impl Publish,
    who: Principal,
    now: Timestamp,
    id: RoomId,
    user: UserId,
    role: Role,
) -> Result<MembershipView> {
    let mut ask = who.ask_room(id);
    ask.members.push((id, user));
    ask.profiles = vec![who.user, user];
    let mut taken = None;
    for _ in 0..ROUNDS_MAX {
        let seen = store.look(ask.clone(), now).await?;
        let (room, actor) = who.member(&seen, id)?;
        room.not_direct()?;
        let member = seen.members.get(&(id, user));
        let transferred = Change::OwnershipTransferred { user };
        let done = member.filter(|m| m.role == role && user != who.user);
        if let Some(member) = done {
            // So already; perhaps by an earlier try of this request, after which the caller of a
            // transfer is no longer the owner.
            let (wanted, silenced_until) = (member.role, member.silenced_until);
            let ours = |c: &Change| match role {
                Role::Owner => *c == transferred,
                _ => *c == Change::MemberUpdated { user, role: wanted, silenced_until },
            };
            let healed =
                compose::heal(store, fanout, room, who.user, now, &seen.profiles, ours).await?;
            if healed || actor.role == Role::Owner {
                return Ok(MembershipView::of(member));
            }
        }
        actor.at_least(Role::Owner)?;
        let member = member.ok_or_else(|| no_such("member"))?;
        if user == who.user {
            return match role {
                Role::Owner => Ok(MembershipView::of(member)),
                _ => Err(ChatError::because(
                    Code::OwnerMustTransfer,
                    "make somebody else the owner; you are an admin then",
                )),
            };
        }
        if role == Role::Owner && seen.profiles.get(&user).is_some_and(|p| p.deactivated) {
            return Err(ChatError::new(Code::AccountDeactivated));
        }
        let Taken { seq, ordinal } = match taken {
            Some(taken) => taken,
            None => *taken.insert(store.take_event_seq(id, now).await?),
        };
        let change = match role {
            Role::Owner => transferred,
            _ => Change::MemberUpdated { user, role, silenced_until: member.silenced_until },
        };
        let entry = LogEntry { room: id, seq, at: now, ordinal, actor: who.user, change };
        let commit = match role {
            Role::Owner => store.transfer_room(actor, member, &entry).await?,
            _ => store.set_role(member, role, &entry).await?,
        };
        if commit == Commit::Stale {
            continue;
        }
        compose::announce(fanout, &entry, room, None, &seen.profiles).await?;
        return Ok(MembershipView::of(&Membership { role, ..member.clone() }));
    }
    Err(busy())
}

/// What became of a room whose owner has gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Succession {
    /// They were not its owner, or the room is gone.
    Nothing,
    /// This member is the owner now.
    To(UserId),
    /// Nobody else was in it: it is deleted.
    Deleted,
}

/// Finds a room whose owner's account has ended a new one: its longest-standing admin, or else its
/// longest-standing member. A room without anybody else is deleted. May be repeated.
pub async fn succeed_owner(
    store: &(impl Look + TakeSeq + ChangeRoles + ChangeRoom + ListMembers),
    fanout: &impl Publish,
    purges: &impl QueuePurge,
    id: RoomId,
    user: UserId,
    now: Timestamp,
) -> Result<Succession> {
    let mut taken = None;
    for _ in 0..ROUNDS_MAX {
        let ask = Ask {
            rooms: vec![id],
            members: vec![(id, user)],
            profiles: vec![user],
            ..Ask::default()
        };
        let seen = store.look(ask, now).await?;
        let (Some(room), Some(owner)) = (seen.rooms.get(&id), seen.members.get(&(id, user))) else {
            return Ok(Succession::Nothing);
        };
        if owner.role != Role::Owner || room.kind == RoomKind::Direct {
            return Ok(Succession::Nothing);
        }
        let (heir, people) = successor(store, &seen, owner, now).await?;
        let Some(heir) = heir else {
            // Alone, or with ended accounts only: nobody would ever look for it again.
            purges.intend_purge(id).await?;
            let members = Some(room.member_count);
            if store.delete_room(id, user, members, now).await? == Commit::Stale {
                continue;
            }
            fanout.publish(&compose::room_deleted(id, Audience::Room(id), now)).await?;
            return Ok(Succession::Deleted);
        };
        let Taken { seq, ordinal } = match taken {
            Some(taken) => taken,
            None => *taken.insert(store.take_event_seq(id, now).await?),
        };
        let change = Change::OwnershipTransferred { user: heir.user };
        let entry = LogEntry { room: id, seq, at: now, ordinal, actor: user, change };
        if store.transfer_room(owner, &heir, &entry).await? == Commit::Stale {
            continue;
        }
        compose::announce(fanout, &entry, room, None, &people).await?;
        return Ok(Succession::To(heir.user));
    }
    Err(busy())
}

/// Who comes after `owner`: of the admins, or else of the members, the one who has been in the room
/// for the longest; nobody whose account has ended. With the profiles that the change names.
async fn successor(
    store: &(impl Look + ListMembers),
    seen: &Seen,
    owner: &Membership,
    now: Timestamp,
) -> Result<(Option<Membership>, People)> {
    let mut best: Vec<Membership> = Vec::new();
    let mut after = None;
    loop {
        let page = store.members(owner.room, MEMBERS_PAGE, after).await?;
        after = page.items.last().map(|member| member.user);
        best.extend(page.items.into_iter().filter(|member| member.user != owner.user));
        best.sort_by_key(|m| (std::cmp::Reverse(m.role), m.joined_at, m.user));
        best.truncate(SUCCESSORS_MAX);
        if page.next.is_none() {
            break;
        }
    }
    let mut people = crate::people(store, best.iter().map(|member| member.user), now).await?;
    people.extend(seen.profiles.clone());
    let active = |m: &&Membership| people.get(&m.user).is_some_and(|p| !p.deactivated);
    Ok((best.iter().find(active).cloned(), people))
}
