//! An account's life: its devices, its password, its end and its return.

use crate::change_role::succeed_owner;
use crate::done::{Deactivated, PasswordChanged, SessionEnded};
use crate::event::{Audience, Event, Fanout};
use crate::event_data::UserUpdated;
use crate::gate::{Principal, no_such};
use crate::ports::{
    Accounts, Ask, ChangePassword, ChangeRoles, ChangeRoom, Commit, Deactivate, Devices,
    FindConnections, ListMembers, ListRooms, Look, OpenSession, Publish, QueuePurge, SaveRate,
    Seen, TakeSeq,
};
use crate::sign_in::{SignIn, SignedIn, hang_up, hash, login, prove};
use crate::view::UserView;
use domain::{
    ChatError, Code, Credentials, FieldError, Password, Presence, Profile, Result, Role, RoomId,
    RoomKind, SessionId, Timestamp, UserId,
};
use futures_util::future::try_join;
use futures_util::{StreamExt, TryStreamExt, stream};
use schemars::JsonSchema;
use serde::Serialize;

/// Direct rooms marked at once.
const MARKS_IN_FLIGHT_MAX: usize = 16;

/// A signed-in device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Device")]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct DeviceView {
    /// The session.
    pub id: SessionId,
    /// What it said it is (`User-Agent`), if it did.
    pub device: Option<String>,
    pub created_at: Timestamp,
    /// When it last renewed its token; at the latest every day while it is in use.
    pub renewed_at: Timestamp,
    pub expires_at: Timestamp,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// The caller's devices, the latest first.
pub async fn list_sessions(
    store: &(impl Look + Devices),
    who: Principal,
    now: Timestamp,
) -> Result<Vec<DeviceView>> {
    let (seen, mut sessions) =
        try_join(store.look(who.ask(), now), store.sessions_of(who.user, now)).await?;
    who.check(&seen)?;
    sessions.sort_by_key(|session| std::cmp::Reverse((session.created_at, session.id)));
    let view = |session: domain::Session| DeviceView {
        id: session.id,
        renewed_at: session.previous.map_or(session.created_at, |(_, at)| at),
        device: session.device,
        created_at: session.created_at,
        expires_at: session.expires_at,
        current: session.id == who.session,
    };
    Ok(sessions.into_iter().map(view).collect())
}

/// Signs one of the caller's devices out, this one or another.
pub async fn end_session(
    store: &(impl Look + Devices + FindConnections),
    fanout: &impl Publish,
    who: Principal,
    now: Timestamp,
    session: SessionId,
) -> Result<SessionEnded> {
    let (seen, sessions) =
        try_join(store.look(who.ask(), now), store.sessions_of(who.user, now)).await?;
    who.check(&seen)?;
    if !sessions.iter().any(|one| one.id == session) {
        return Err(no_such("session"));
    }
    store.end_sessions(who.user, &[session]).await?;
    hang_up(store, fanout, who.user, now, |ended| ended == session).await?;
    Ok(SessionEnded { ended: true })
}

/// Changes the password and signs out every other device.
pub async fn change_password(
    store: &(impl Look + Accounts + SaveRate + ChangePassword + Devices + FindConnections),
    fanout: &impl Publish,
    who: Principal,
    now: Timestamp,
    current: Option<Password>,
    next: Password,
    address: &str,
) -> Result<PasswordChanged> {
    let (profile, proven) = proven(store, who, now, current, address, "/current_password").await?;
    let folded = profile.username.to_ascii_lowercase();
    let hash = hash(&next)?;
    let changed = store.change_password(&folded, &proven.password_hash, &hash).await?;
    if changed == Commit::Stale {
        // Another device was faster: what was typed is not the password any more.
        return Err(wrong_password("/current_password"));
    }
    // Read after the change: nobody can sign in with the old one any more.
    let others: Vec<SessionId> = store
        .sessions_of(who.user, now)
        .await?
        .into_iter()
        .map(|s| s.id)
        .filter(|id| *id != who.session)
        .collect();
    store.end_sessions(who.user, &others).await?;
    hang_up(store, fanout, who.user, now, |session| session != who.session).await?;
    Ok(PasswordChanged { changed: true, sessions_ended: others.len() })
}

/// Takes the caller's account out of use: nobody signs in to it, finds it or writes to it directly;
/// what it wrote stays under its name. The sessions end last, so a repetition of a request that died
/// on the way is let in and finishes.
pub async fn deactivate_me(
    store: &(
         impl Look
         + Accounts
         + SaveRate
         + Deactivate
         + ListRooms
         + Devices
         + FindConnections
         + TakeSeq
         + ChangeRoles
         + ChangeRoom
         + ListMembers
     ),
    fanout: &impl Publish,
    purges: &impl QueuePurge,
    who: Principal,
    now: Timestamp,
    password: Option<Password>,
    address: &str,
) -> Result<Deactivated> {
    let (profile, _) = proven(store, who, now, password, address, "/password").await?;
    store.set_deactivated(&profile, true).await?;
    mark_direct_rooms(store, who.user, now, true).await?;
    // One after the other: an account seldom owns many rooms, and each is a transaction of its own.
    for room in owned(store, who.user, now).await? {
        succeed_owner(store, fanout, purges, room, who.user, now).await?;
    }
    let gone = Profile {
        deactivated: true,
        status: None,
        status_message: None,
        status_emoji: None,
        status_expires_at: None,
        ..profile
    };
    tell(fanout, &gone, now).await?;
    let all: Vec<SessionId> =
        store.sessions_of(who.user, now).await?.into_iter().map(|s| s.id).collect();
    hang_up(store, fanout, who.user, now, |_| true).await?;
    store.end_sessions(who.user, &all).await?;
    Ok(Deactivated { deactivated: true })
}

/// The rooms the user owns.
async fn owned(
    store: &(impl Look + ListRooms),
    user: UserId,
    now: Timestamp,
) -> Result<Vec<RoomId>> {
    let members = store.rooms_of(user).await?.into_iter().map(|room| (room, user)).collect();
    let seen = store.look(Ask { members, ..Ask::default() }, now).await?;
    let owned = seen.members.into_values().filter(|member| member.role == Role::Owner);
    Ok(owned.map(|member| member.room).collect())
}

/// Takes a deactivated account back into use and signs in; one that is in use is just signed in to.
/// Rooms that have passed to somebody else stay theirs.
pub async fn reactivate(
    store: &(impl Look + Accounts + OpenSession + SaveRate + Deactivate + ListRooms),
    fanout: &impl Publish,
    now: Timestamp,
    new: SignIn<'_>,
) -> Result<SignedIn> {
    let folded = new.username.to_ascii_lowercase();
    let refused = || ChatError::new(Code::InvalidCredentials);
    let found = prove(store, now, &folded, &new.password, new.address).await?;
    let user = found.ok_or_else(refused)?.user;
    let people = crate::people(store, [user], now).await?;
    let profile = people.into_values().next().ok_or_else(refused)?;
    if profile.deactivated {
        // The rooms first: if this dies on the way, the next sign-in is still refused and repeats it.
        mark_direct_rooms(store, user, now, false).await?;
        store.set_deactivated(&profile, false).await?;
        tell(fanout, &Profile { deactivated: false, ..profile }, now).await?;
    }
    login(store, now, new).await
}

/// The caller's profile and credentials, if the password is theirs.
async fn proven(
    store: &(impl Look + Accounts + SaveRate),
    who: Principal,
    now: Timestamp,
    password: Option<Password>,
    address: &str,
    pointer: &'static str,
) -> Result<(Profile, Credentials)> {
    let mut ask = who.ask();
    ask.profiles = vec![who.user];
    let mut seen = store.look(ask, now).await?;
    who.check(&seen)?;
    let profile = seen.profiles.remove(&who.user).ok_or_else(|| no_such("user"))?;
    // A password that nobody can have is a wrong one.
    let password = password.ok_or_else(|| wrong_password(pointer))?;
    let folded = profile.username.to_ascii_lowercase();
    let found = prove(store, now, &folded, &password, address).await?;
    Ok((profile, found.ok_or_else(|| wrong_password(pointer))?))
}

/// A mistake in a form, not the end of a session: 400 and not 401.
fn wrong_password(pointer: &'static str) -> ChatError {
    FieldError::new(pointer, "invalid", "is not your password").into()
}

/// Notes on each direct room of a user that they are gone, or back.
async fn mark_direct_rooms(
    store: &(impl Look + Deactivate + ListRooms),
    user: UserId,
    now: Timestamp,
    gone: bool,
) -> Result<()> {
    let rooms = store.rooms_of(user).await?;
    let Seen { rooms, .. } = store.look(Ask { rooms, ..Ask::default() }, now).await?;
    let direct: Vec<RoomId> =
        rooms.into_values().filter(|r| r.kind == RoomKind::Direct).map(|r| r.id).collect();
    stream::iter(direct.into_iter().map(|room| store.mark_gone(room, user, gone)))
        .buffer_unordered(MARKS_IN_FLIGHT_MAX)
        .try_collect()
        .await
}

async fn tell(fanout: &impl Publish, profile: &Profile, now: Timestamp) -> Result<()> {
    let event =
        Event::of(now, UserUpdated { user: UserView::of(profile, &Presence::default(), now) });
    fanout.publish(&Fanout::new(Audience::Acquaintances(profile.id), event)).await
}
