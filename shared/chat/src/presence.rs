//! Who is here, told to those who share a room with them and only when it changes.
//!
//! A device's coming, going and signs of life are noted on one item per user. Whoever sees there that
//! others may have to be told something asks for a check; the worker `presence` decides, on condition
//! that nothing has changed since, and tells. While a user is here, one delayed check is under way,
//! due when silence would change what is shown: so presence ends by itself, and nothing runs for
//! those who are not here.

use crate::event::{Audience, Event, Fanout};
use crate::event_data::PresenceUpdated;
use crate::gate::Principal;
use crate::ports::{
    Ask, AskCheck, Blocks, Commit, FindConnections, KeepPresence, Look, NoteActivity, Publish,
};
use crate::view::People;
use domain::{
    ChatError, ConnectionId, Membership, Presence, PresenceTimes, Profile, Result, RoomId, Shown,
    Status, Timestamp, UserId,
};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// The longest a queue delays a message, in milliseconds (SQS: 15 minutes).
const DELAY_MS_MAX: i64 = 15 * 60 * 1000;
/// How often a check starts over because a device came or went meanwhile.
const ROUNDS_MAX: usize = 8;
/// How often a user's `last_seen` moves at most, in milliseconds.
pub const LAST_SEEN_EVERY_MS: i64 = 60_000;

/// A request to look at a user's presence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// Whose.
    pub user: UserId,
    /// When it is due, for the one delayed check of a user; no other has a time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
}

impl Check {
    /// At once.
    pub fn now(user: UserId) -> Self {
        Self { user, due: None }
    }
}

/// Notes that the user is at a device, or away from it.
pub async fn set_presence(
    store: &(impl Look + KeepPresence + NoteActivity),
    queue: &impl AskCheck,
    times: PresenceTimes,
    who: Principal,
    now: Timestamp,
    connection: &ConnectionId,
    away: bool,
) -> Result<()> {
    let seen = store.look(who.ask(), now).await?;
    who.check(&seen)?;
    let active = async {
        if away { Ok(()) } else { store.note_activity(who.user, now, LAST_SEEN_EVERY_MS).await }
    };
    let set = store.set_away(who.user, connection, away, now);
    let (presence, ()) = futures_util::future::try_join(set, active).await?;
    ask_if_wanted(queue, times, who.user, now, presence.as_ref()).await
}

/// Notes a device's sign of life: no more than one write a minute.
pub async fn touch(
    store: &impl KeepPresence,
    queue: &impl AskCheck,
    times: PresenceTimes,
    who: Principal,
    now: Timestamp,
    connection: &ConnectionId,
) -> Result<()> {
    let presence = store.touch(who.user, connection, now, times.refresh_ms()).await?;
    ask_if_wanted(queue, times, who.user, now, presence.as_ref()).await
}

/// Asks for a check at once if what others were told may no longer be so.
pub(crate) async fn ask_if_wanted(
    queue: &impl AskCheck,
    times: PresenceTimes,
    user: UserId,
    now: Timestamp,
    presence: Option<&Presence>,
) -> Result<()> {
    match presence.filter(|presence| presence.wants_check(now, times)) {
        Some(_) => queue.ask_check(Check::now(user), 0).await,
        None => Ok(()),
    }
}

/// Decides what others are shown of a user and tells them if that has changed; sees to it that the
/// next check is under way. Run twice it changes nothing.
pub async fn check_presence(
    store: &(impl Look + FindConnections + KeepPresence + Blocks),
    queue: &impl AskCheck,
    fanout: &impl Publish,
    times: PresenceTimes,
    now: Timestamp,
    check: Check,
) -> Result<()> {
    let user = check.user;
    if let Some(due) = check.due.filter(|due| *due > now) {
        // Farther off than a queue can delay: once more.
        return ask_later(queue, user, due, now).await;
    }
    for _ in 0..ROUNDS_MAX {
        let ask = Ask { profiles: vec![user], ..Ask::default() };
        let users = [user];
        let reads = (store.look(ask, now), store.connections(&users, now));
        let (seen, mut kept) = futures_util::future::try_join(reads.0, reads.1).await?;
        let presence = kept.pop().map(|(_, presence)| presence).unwrap_or_default();
        let Some(profile) = seen.profiles.get(&user) else { return Ok(()) };
        if check.due.is_some() && check.due != presence.check_at {
            // Another one has taken its place.
            return Ok(());
        }
        let next = presence.to_show(profile, now, times);
        let mut revision = presence.revision;
        let changed = next != presence.shown;
        if changed {
            if store.show(user, revision, &next).await? == Commit::Stale {
                continue;
            }
            revision += 1;
        }
        let tell = changed || presence.untold;
        if tell {
            announce(store, fanout, now, &presence, profile, next).await?;
        }
        let due = presence.changes_at(profile, now, times);
        let pending = presence.check_at.filter(|at| *at > now);
        let rearm = due.filter(|due| pending.is_none_or(|pending| pending > *due));
        if let Some(due) = rearm {
            // First the message: one that was not noted ends by itself, one that was only noted never
            // comes.
            ask_later(queue, user, due, now).await?;
        }
        if (tell || rearm.is_some()) && store.settle(user, revision, rearm).await? == Commit::Stale
        {
            continue;
        }
        return Ok(());
    }
    Err(ChatError::unavailable("presence: changed too often to be decided"))
}

async fn ask_later(
    queue: &impl AskCheck,
    user: UserId,
    due: Timestamp,
    now: Timestamp,
) -> Result<()> {
    let delay = due.since_ms(now).clamp(0, DELAY_MS_MAX);
    queue.ask_check(Check { user, due: Some(due) }, delay).await
}

async fn announce(
    store: &impl Blocks,
    fanout: &impl Publish,
    now: Timestamp,
    presence: &Presence,
    profile: &Profile,
    shown: Shown,
) -> Result<()> {
    let last_active = presence.last_sign().max(profile.last_seen);
    let data = PresenceUpdated {
        user_id: profile.id,
        status: shown.status,
        status_message: shown.message,
        status_emoji: shown.emoji,
        status_expires_at: profile.status_expires_at,
        last_active_at: (!profile.hides_last_seen && profile.status != Some(Status::Offline))
            .then_some(last_active),
    };
    let except = crate::blocked_by(store, profile.id).await?;
    let event = Event::of(now, data);
    let out = Fanout { except, ..Fanout::new(Audience::Acquaintances(profile.id), event) };
    fanout.publish(&out).await
}

/// What a co-member sees of a member's presence: nothing, of one who has blocked them.
#[derive(Default)]
pub(crate) struct MemberPresence {
    pub(crate) status: Status,
    pub(crate) status_message: Option<String>,
    pub(crate) status_emoji: Option<String>,
    pub(crate) last_active_at: Option<Timestamp>,
    pub(crate) current_room: Option<RoomId>,
}

/// Profiles of the members, and the presence of all who have not blocked the caller: two reads
/// side by side.
pub(crate) async fn of_members(
    store: &(impl Look + FindConnections),
    who: Principal,
    now: Timestamp,
    members: &[Membership],
) -> Result<(People, HashMap<UserId, Presence>)> {
    let users: Vec<UserId> = members.iter().map(|member| member.user).collect();
    if users.is_empty() {
        return Ok(Default::default());
    }
    let ask = Ask {
        profiles: users.clone(),
        blocks: users.iter().filter(|user| **user != who.user).map(|u| (*u, who.user)).collect(),
        ..Ask::default()
    };
    let reads = (store.look(ask, now), store.connections(&users, now));
    let (seen, kept) = futures_util::future::try_join(reads.0, reads.1).await?;
    let mut present: HashMap<_, _> = users.iter().map(|u| (*u, Presence::default())).collect();
    present.extend(kept);
    present.retain(|user, _| !seen.blocks.contains(&(*user, who.user)));
    Ok((seen.profiles, present))
}

/// A member as those in the room see them; the room they are looking at only if it is this one.
pub(crate) fn of_member(
    member: &Membership,
    people: &People,
    present: &HashMap<UserId, Presence>,
    now: Timestamp,
) -> MemberPresence {
    let known = people.get(&member.user).zip(present.get(&member.user));
    let Some((profile, presence)) = known else { return MemberPresence::default() };
    let status = presence.status(profile, now);
    let here = presence.connections.iter().any(|c| c.current_room == Some(member.room));
    let hidden = profile.hides_last_seen || profile.status == Some(Status::Offline);
    MemberPresence {
        status,
        status_message: profile.status_message.clone(),
        status_emoji: profile.status_emoji.clone(),
        last_active_at: (!hidden).then(|| presence.last_sign().max(profile.last_seen)),
        current_room: (here && status != Status::Offline).then_some(member.room),
    }
}
