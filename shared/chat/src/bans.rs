//! Bans: who is out and may not come back, by joining, by being added or by an invitation.

use crate::compose;
use crate::edit_message::{ROUNDS_MAX, busy};
use crate::gate::{Principal, no_such};
use crate::ports::{Commit, KeepBans, ListBans, Look, Publish, ReadLog, TakeSeq, Taken};
use crate::view::{CompactUser, People};
use domain::{Ban, Change, LeaveReason, LogEntry, Reason, Result, Role, RoomId, Timestamp, UserId};
use schemars::JsonSchema;
use serde::Serialize;

/// A ban.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct BanView {
    pub room_id: RoomId,
    pub user: CompactUser,
    pub banned_by: CompactUser,
    pub reason: Option<String>,
    pub created_at: Timestamp,
}

impl BanView {
    fn of(ban: &Ban, people: &People) -> Self {
        Self {
            room_id: ban.room,
            user: CompactUser::of(ban.user, people),
            banned_by: CompactUser::of(ban.by, people),
            reason: ban.reason.clone(),
            created_at: ban.at,
        }
    }
}

/// A page of bans.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct Bans {
    pub bans: Vec<BanView>,
    pub next_cursor: Option<String>,
}

/// Bans `user`, who need not be in the room, as somebody of higher rank. One that stands stays as it
/// is.
pub async fn ban_member(
    store: &(impl Look + TakeSeq + KeepBans + ReadLog),
    fanout: &impl Publish,
    who: Principal,
    now: Timestamp,
    id: RoomId,
    user: UserId,
    reason: Option<Reason>,
) -> Result<BanView> {
    let mut ask = who.ask_room(id);
    ask.members.push((id, user));
    ask.bans = vec![(id, user)];
    ask.profiles = vec![who.user, user];
    let ban =
        Ban { room: id, user, by: who.user, at: now, reason: reason.and_then(Reason::into_text) };
    let change = Change::UserLeft { user, reason: LeaveReason::Banned };
    let mut taken = None;
    for _ in 0..ROUNDS_MAX {
        let mut seen = store.look(ask.clone(), now).await?;
        let (room, actor) = who.member(&seen, id)?;
        room.not_direct()?;
        let member = seen.members.get(&(id, user));
        actor.may_act_on(member)?;
        if !seen.profiles.contains_key(&user) {
            return Err(no_such("user"));
        }
        if let Some(ban) = seen.bans.get(&(id, user)) {
            let ours = |c: &Change| *c == change;
            compose::heal(store, fanout, room, who.user, now, &seen.profiles, ours).await?;
            let ban = ban.clone();
            seen.profiles.extend(crate::people(store, [ban.by], now).await?);
            return Ok(BanView::of(&ban, &seen.profiles));
        }
        let Some(member) = member else {
            if store.ban(&ban, None).await? == Commit::Stale {
                continue;
            }
            return Ok(BanView::of(&ban, &seen.profiles));
        };
        let Taken { seq, ordinal } = match taken {
            Some(taken) => taken,
            None => *taken.insert(store.take_event_seq(id, now).await?),
        };
        let change = change.clone();
        let entry = LogEntry { room: id, seq, at: now, ordinal, actor: who.user, change };
        if store.ban(&ban, Some((member, &entry))).await? == Commit::Stale {
            continue;
        }
        compose::announce(fanout, &entry, room, None, &seen.profiles).await?;
        return Ok(BanView::of(&ban, &seen.profiles));
    }
    Err(busy())
}

/// Lifts a ban as an admin or the owner. Fine if there is none.
pub async fn unban_member(
    store: &(impl Look + KeepBans),
    who: Principal,
    now: Timestamp,
    id: RoomId,
    user: UserId,
) -> Result<()> {
    for _ in 0..ROUNDS_MAX {
        let seen = store.look(who.ask_room(id), now).await?;
        let (room, actor) = who.member(&seen, id)?;
        room.not_direct()?;
        actor.at_least(Role::Admin)?;
        if store.unban(id, user, who.user).await? == Commit::Done {
            return Ok(());
        }
    }
    Err(busy())
}

/// Who is banned, by user id, a page at a time; for admins and the owner.
pub async fn list_bans(
    store: &(impl Look + ListBans),
    who: Principal,
    now: Timestamp,
    id: RoomId,
    limit: usize,
    after: Option<UserId>,
) -> Result<Bans> {
    let (seen, page) = futures_util::future::try_join(
        store.look(who.ask_room(id), now),
        store.bans(id, limit, after),
    )
    .await?;
    let (_, actor) = who.member(&seen, id)?;
    actor.at_least(Role::Admin)?;
    let named = page.items.iter().flat_map(|ban| [ban.user, ban.by]);
    let people = crate::people(store, named, now).await?;
    let bans = page.items.iter().map(|ban| BanView::of(ban, &people)).collect();
    Ok(Bans { bans, next_cursor: page.next })
}
