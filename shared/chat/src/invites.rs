//! Invitations: codes that let people into a room. A seat and the membership it gives are one
//! transaction, which also checks that whoever made the invitation may still invite.

use crate::edit_message::{ROUNDS_MAX, busy};
use crate::gate::{Principal, no_such};
use crate::ports::{
    Ask, Commit, Invited, KeepInvites, ListInvites, Look, Publish, ReadLog, Seen, TakeSeq, Taken,
    Throttle,
};
use crate::throttle::look_within;
use crate::view::{CompactUser, People};
use crate::{Joined, compose, enter};
use domain::{
    Bucket, ChatError, ClientKey, Code, INVITE_SECONDS, Invite, InviteCode, LogEntry, Result, Role,
    Room, RoomId, RoomKind, Timestamp,
};
use rand::Rng;
use schemars::JsonSchema;
use serde::Serialize;

/// An invitation to be made.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// How long it lasts, in seconds; 7 days where not given.
    pub expires_in: Option<u64>,
    /// How many may use it; everybody where not given.
    pub max_uses: Option<u64>,
    /// The client's key for this request.
    pub key: Option<ClientKey>,
}

/// An invitation, for those who manage the room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct InviteView {
    pub code: InviteCode,
    pub url: String,
    pub room_id: RoomId,
    pub creator: CompactUser,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub max_uses: Option<u64>,
    pub uses: u64,
}

impl InviteView {
    fn of(invite: &Invite, people: &People) -> Self {
        Self {
            code: invite.code.clone(),
            url: format!("/invites/{}", invite.code),
            room_id: invite.room,
            creator: CompactUser::of(invite.creator, people),
            created_at: invite.created_at,
            expires_at: invite.expires_at,
            max_uses: invite.max_uses,
            uses: invite.uses,
        }
    }
}

/// A page of invitations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct Invites {
    pub invites: Vec<InviteView>,
    pub next_cursor: Option<String>,
}

/// What an invitation shows of its room to whoever holds the code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct InvitedRoom {
    pub id: RoomId,
    pub name: String,
    #[serde(rename = "type")]
    pub kind: RoomKind,
    pub member_count: u64,
    pub description: Option<String>,
}

/// An invitation, for whoever holds the code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct InvitePreview {
    pub code: InviteCode,
    pub room: InvitedRoom,
    pub inviter: CompactUser,
    pub expires_at: Timestamp,
    /// Whether the caller would be let in: they are not banned.
    pub valid: bool,
}

/// Makes an invitation as an admin or the owner. `true` if an earlier request with this key had made
/// it.
pub async fn create_invite(
    store: &(impl Look + KeepInvites),
    who: Principal,
    now: Timestamp,
    id: RoomId,
    draft: Draft,
) -> Result<(InviteView, bool)> {
    let mut ask = who.ask_room(id);
    ask.profiles = vec![who.user];
    ask.invited = draft.key.as_ref().map(|key| (who.user, id, key.to_string()));
    let fingerprint = format!("{:?} {:?}", draft.expires_in, draft.max_uses);
    for _ in 0..ROUNDS_MAX {
        let seen = store.look(ask.clone(), now).await?;
        let (room, actor) = who.member(&seen, id)?;
        room.not_direct()?;
        actor.at_least(Role::Admin)?;
        if let Some(Invited { fingerprint: earlier, code }) = seen.invited {
            if earlier != fingerprint {
                return Err(ChatError::new(Code::IdempotencyConflict));
            }
            let ask = Ask { invites: vec![code.clone()], ..Ask::default() };
            let found = store.look(ask, now).await?;
            let invite = found.invites.get(&code).ok_or_else(|| no_such("invitation"))?;
            return Ok((InviteView::of(invite, &seen.profiles), true));
        }
        let seconds = draft.expires_in.unwrap_or(INVITE_SECONDS);
        let mut random = rand::rng();
        let invite = Invite {
            code: InviteCode::new(|| random.random()),
            room: id,
            creator: who.user,
            created_at: now,
            expires_at: now.plus_ms(i64::try_from(seconds * 1000).unwrap_or(i64::MAX)),
            max_uses: draft.max_uses,
            uses: 0,
            revoked_at: None,
        };
        drop(random);
        let record = Invited { fingerprint: fingerprint.clone(), code: invite.code.clone() };
        let key = draft.key.as_ref().map(|key| (key.as_str(), &record));
        if store.put_invite(&invite, key).await? == Commit::Done {
            return Ok((InviteView::of(&invite, &seen.profiles), false));
        }
    }
    Err(busy())
}

/// A room's invitations that still stand, newest first, for admins and the owner. A page may hold
/// fewer than `limit` and still have a next.
pub async fn list_invites(
    store: &(impl Look + ListInvites),
    who: Principal,
    now: Timestamp,
    id: RoomId,
    limit: usize,
    cursor: Option<&str>,
) -> Result<Invites> {
    let (seen, page) = futures_util::future::try_join(
        store.look(who.ask_room(id), now),
        store.invites(id, limit, cursor),
    )
    .await?;
    let (room, actor) = who.member(&seen, id)?;
    room.not_direct()?;
    actor.at_least(Role::Admin)?;
    if page.items.is_empty() {
        return Ok(Invites { invites: Vec::new(), next_cursor: page.next });
    }
    let ask = Ask { invites: page.items.clone(), ..Ask::default() };
    let found = store.look(ask, now).await?.invites;
    let listed: Vec<&Invite> = page.items.iter().filter_map(|code| found.get(code)).collect();
    let creators: Vec<_> = listed.iter().map(|invite| invite.creator).collect();
    let ask = Ask {
        members: creators.iter().map(|user| (id, *user)).collect(),
        profiles: creators,
        ..Ask::default()
    };
    let seen = store.look(ask, now).await?;
    let stands =
        |invite: &&&Invite| invite.check(seen.members.get(&(id, invite.creator)), now).is_ok();
    let invites = listed.iter().filter(stands);
    let invites = invites.map(|invite| InviteView::of(invite, &seen.profiles)).collect();
    Ok(Invites { invites, next_cursor: page.next })
}

/// Shows what a code leads to. Codes asked for are counted.
pub async fn get_invite(
    store: &(impl Look + Throttle),
    who: Principal,
    now: Timestamp,
    code: &InviteCode,
) -> Result<InvitePreview> {
    let found = find(store, who, now, code).await?;
    let (invite, room) = found.check(now)?;
    Ok(InvitePreview {
        code: code.clone(),
        room: InvitedRoom {
            id: room.id,
            name: room.name.clone().unwrap_or_default(),
            kind: room.kind,
            member_count: room.member_count,
            description: room.description.clone(),
        },
        inviter: CompactUser::of(invite.creator, &found.seen.profiles),
        expires_at: invite.expires_at,
        valid: !found.seen.bans.contains_key(&(room.id, who.user)),
    })
}

/// Enters the room that a code leads to. A member is simply told so, and takes no seat.
pub async fn accept_invite(
    store: &(impl Look + Throttle + TakeSeq + KeepInvites + ReadLog),
    fanout: &impl Publish,
    who: Principal,
    now: Timestamp,
    code: &InviteCode,
) -> Result<Joined> {
    let mut found = find(store, who, now, code).await?;
    let mut taken = None;
    for _ in 0..ROUNDS_MAX {
        let id = found.invite.room;
        let member = found.seen.members.get(&(id, who.user));
        if let (Some(member), Some(room)) = (member, found.seen.rooms.get(&id)) {
            let people = &found.seen.profiles;
            let ours = enter::is_of(who.user);
            compose::heal(store, fanout, room, who.user, now, people, ours).await?;
            return Ok(Joined::of(room, member));
        }
        let (invite, room) = found.check(now)?;
        let member = enter::newcomer(&found.seen, room, who.user, now)?;
        let Taken { seq, ordinal } = match taken {
            Some(taken) => taken,
            None => *taken.insert(store.take_event_seq(id, now).await?),
        };
        let change = enter::change(&member);
        let entry = LogEntry { room: id, seq, at: now, ordinal, actor: who.user, change };
        if store.take_seat(invite, &member, &entry).await? == Commit::Stale {
            found = found.again(store, who, now).await?;
            continue;
        }
        let room = enter::announce(fanout, &entry, room, &found.seen.profiles).await?;
        return Ok(Joined::of(&room, &member));
    }
    Err(busy())
}

/// Revokes an invitation as an admin or the owner of its room. Fine if it has been.
pub async fn revoke_invite(
    store: &(impl Look + KeepInvites),
    who: Principal,
    now: Timestamp,
    code: &InviteCode,
) -> Result<()> {
    let ask = Ask { invites: vec![code.clone()], ..who.ask() };
    let seen = store.look(ask, now).await?;
    who.check(&seen)?;
    let invite = seen.invites.get(code).ok_or_else(|| no_such("invitation"))?;
    for _ in 0..ROUNDS_MAX {
        let seen = store.look(who.ask_room(invite.room), now).await?;
        let (_, actor) = who.member(&seen, invite.room)?;
        actor.at_least(Role::Admin)?;
        if invite.revoked_at.is_some()
            || store.revoke_invite(invite, who.user, now).await? == Commit::Done
        {
            return Ok(());
        }
    }
    Err(busy())
}

/// An invitation with everything that decides whether it lets the caller in.
struct Found {
    invite: Invite,
    seen: Seen,
}

impl Found {
    /// The invitation and its room, if it lets anybody in.
    fn check(&self, now: Timestamp) -> Result<(&Invite, &Room)> {
        let room = self.seen.rooms.get(&self.invite.room).ok_or_else(|| no_such("invitation"))?;
        let creator = self.seen.members.get(&(room.id, self.invite.creator));
        self.invite.check(creator, now)?;
        Ok((&self.invite, room))
    }

    async fn load(
        store: &impl Look,
        who: Principal,
        now: Timestamp,
        invite: Invite,
    ) -> Result<Self> {
        let mut ask = who.ask_room(invite.room);
        ask.members.push((invite.room, invite.creator));
        enter::ask(&mut ask, invite.room, who.user);
        ask.profiles.push(invite.creator);
        // Once more: others may be taking its last seats right now.
        ask.invites = vec![invite.code.clone()];
        let mut seen = store.look(ask, now).await?;
        who.check(&seen)?;
        let invite = seen.invites.remove(&invite.code).unwrap_or(invite);
        Ok(Self { invite, seen })
    }

    async fn again(self, store: &impl Look, who: Principal, now: Timestamp) -> Result<Self> {
        Self::load(store, who, now, self.invite).await
    }
}

/// Looks a code up, and counts that: who tries codes out gets nowhere.
async fn find(
    store: &(impl Look + Throttle),
    who: Principal,
    now: Timestamp,
    code: &InviteCode,
) -> Result<Found> {
    let ask = Ask { invites: vec![code.clone()], ..who.ask() };
    let mut seen = look_within(store, Bucket::Lookup, who.user, ask, now).await?;
    who.check(&seen)?;
    let invite = seen.invites.remove(code).ok_or_else(|| no_such("invitation"))?;
    Found::load(store, who, now, invite).await
}
