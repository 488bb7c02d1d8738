//! Silences a member: they may read, and leave, but not write until it ends or is lifted.

use crate::compose;
use crate::edit_message::{ROUNDS_MAX, busy};
use crate::gate::{Principal, no_such};
use crate::ports::{Commit, KeepSilences, Look, Publish, ReadLog, TakeSeq, Taken};
use crate::view::MembershipView;
use domain::{
    Change, FieldError, LogEntry, Membership, Reason, Result, RoomId, Silence, Timestamp, UserId,
};

/// Silences `user` as somebody of higher rank, until then or until somebody lifts it.
#[allow(clippy::too_many_arguments, reason = "a use case names what it needs")]
pub async fn silence_member(
    store: &(impl Look + TakeSeq + KeepSilences + ReadLog),
    fanout: &impl Publish,
    who: Principal,
    now: Timestamp,
    id: RoomId,
    user: UserId,
    until: Option<Timestamp>,
    reason: Option<Reason>,
) -> Result<MembershipView> {
    if until.is_some_and(|until| until <= now) {
        return Err(FieldError::new("/until", "out_of_range", "must be in the future").into());
    }
    let silence = Silence {
        room: id,
        user,
        until: until.unwrap_or(Silence::FOR_GOOD),
        by: who.user,
        reason: reason.and_then(Reason::into_text),
    };
    set(store, fanout, who, now, id, user, Some(&silence)).await
}

/// Ends the silence of `user`, who need not be in the room any more. Fine if there is none.
pub async fn unsilence_member(
    store: &(impl Look + TakeSeq + KeepSilences + ReadLog),
    fanout: &impl Publish,
    who: Principal,
    now: Timestamp,
    id: RoomId,
    user: UserId,
) -> Result<()> {
    set(store, fanout, who, now, id, user, None).await.map(|_| ())
}

async fn set(
    store: &(impl Look + TakeSeq + KeepSilences + ReadLog),
    fanout: &impl Publish,
    who: Principal,
    now: Timestamp,
    id: RoomId,
    user: UserId,
    silence: Option<&Silence>,
) -> Result<MembershipView> {
    let mut ask = who.ask_room(id);
    ask.members.push((id, user));
    ask.profiles = vec![who.user, user];
    let silenced_until = silence.map(|silence| silence.until);
    let mut taken = None;
    for _ in 0..ROUNDS_MAX {
        let seen = store.look(ask.clone(), now).await?;
        let (room, actor) = who.member(&seen, id)?;
        room.not_direct()?;
        let member = seen.members.get(&(id, user));
        actor.may_act_on(member)?;
        let Some(member) = member else {
            if silence.is_some() || !seen.profiles.contains_key(&user) {
                return Err(no_such("member"));
            }
            if store.forget_silence(id, user, who.user).await? == Commit::Stale {
                continue;
            }
            let gone = Membership::new(room, user, domain::Role::Member, now);
            return Ok(MembershipView::of(&gone));
        };
        let change = Change::MemberUpdated { user, role: member.role, silenced_until };
        if member.silenced_until == silenced_until {
            let ours = |c: &Change| *c == change;
            compose::heal(store, fanout, room, who.user, now, &seen.profiles, ours).await?;
            return Ok(MembershipView::of(member));
        }
        let Taken { seq, ordinal } = match taken {
            Some(taken) => taken,
            None => *taken.insert(store.take_event_seq(id, now).await?),
        };
        let entry = LogEntry { room: id, seq, at: now, ordinal, actor: who.user, change };
        let commit = match silence {
            Some(silence) => store.silence(member, silence, &entry).await?,
            None => store.lift_silence(member, &entry).await?,
        };
        if commit == Commit::Stale {
            continue;
        }
        compose::announce(fanout, &entry, room, None, &seen.profiles).await?;
        return Ok(MembershipView::of(&Membership { silenced_until, ..member.clone() }));
    }
    Err(busy())
}
