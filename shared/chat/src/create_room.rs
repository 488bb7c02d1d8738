//! Opens rooms: public, private, direct.

use crate::event::{Audience, Event, Fanout};
use crate::event_data::UserJoined;
use crate::gate::{Principal, no_such};
use crate::ports::{Ask, Commit, Look, OpenRoom, Publish};
use crate::view::{CompactUser, People, RoomView};
use domain::{
    ChatError, ClientKey, Code, Description, FieldError, Membership, Result, Role, Room, RoomId,
    RoomKind, RoomName, Timestamp, UserId,
};
use sha2::{Digest, Sha256};

/// A room to open.
#[derive(Clone, Debug)]
pub struct NewRoom {
    /// Public or private.
    pub kind: RoomKind,
    /// Its name.
    pub name: RoomName,
    /// What it is for.
    pub description: Option<Description>,
    /// The client's key for this request.
    pub key: Option<ClientKey>,
}

/// Opens a room with the caller as its owner, and tells their other devices. `true` if an earlier request
/// with this key had opened it.
pub async fn create_room(
    store: &(impl Look + OpenRoom),
    fanout: &impl Publish,
    who: Principal,
    now: Timestamp,
    new: NewRoom,
) -> Result<(RoomView, bool)> {
    let ask = Ask { profiles: vec![who.user], ..who.ask() };
    let seen = store.look(ask, now).await?;
    who.check(&seen)?;
    let people = &seen.profiles;
    let key = new.key.as_ref();
    let id = key.map_or_else(|| RoomId::new(now, rand::random()), |k| keyed_id(who.user, k));
    let room = Room {
        name: Some(new.name.into_string()),
        description: new.description.map(Description::into_string).filter(|d| !d.is_empty()),
        ..Room::new(id, new.kind, who.user, now)
    };
    let owner = Membership::new(&room, who.user, Role::Owner, now);
    let mine = Audience::Users(vec![who.user]);
    if store.open_room(&room, &owner).await? == Commit::Done {
        fanout.publish(&joined(mine, &room, &owner, people, now)).await?;
        return Ok((RoomView::for_member(&room, &owner, None, &People::new()), false));
    }
    let seen = store.look(who.ask_room(room.id), now).await?;
    let (there, member) = who.member(&seen, room.id)?;
    if there.kind != room.kind || there.name != room.name {
        return Err(ChatError::new(Code::IdempotencyConflict));
    }
    // The first try may have died before it told anybody.
    fanout.publish(&joined(mine, there, member, people, now)).await?;
    Ok((RoomView::for_member(there, member, None, &People::new()), true))
}

/// Tells of a room that was just opened by `owner`: without a number, since nothing has happened in it yet.
pub(crate) fn joined(
    audience: Audience,
    room: &Room,
    owner: &Membership,
    people: &People,
    now: Timestamp,
) -> Fanout {
    let data = UserJoined {
        room_id: room.id,
        seq: None,
        user: CompactUser::of(owner.user, people),
        role: owner.role,
        silenced_until: None,
        room: RoomView::of(room),
        system_message: None,
    };
    Fanout::new(audience, Event::of(now, data))
}

/// Opens the direct room with `peer`, or finds it. `true` if it was there.
pub async fn open_direct_room(
    store: &(impl Look + OpenRoom),
    fanout: &impl Publish,
    who: Principal,
    now: Timestamp,
    peer: UserId,
) -> Result<(RoomView, bool)> {
    if peer == who.user {
        let field = FieldError::new("/user_id", "invalid", "must be somebody else");
        return Err(field.into());
    }
    let mut ask = who.ask();
    ask.profiles = vec![who.user, peer];
    ask.blocks = vec![(who.user, peer), (peer, who.user)];
    let (seen, there) =
        futures_util::future::try_join(store.look(ask, now), store.direct_room(who.user, peer))
            .await?;
    who.check(&seen)?;
    let profile = seen.profiles.get(&peer).ok_or_else(|| no_such("user"))?;
    if !seen.blocks.is_empty() {
        let mine = seen.blocks.contains(&(who.user, peer));
        return Err(ChatError::new(if mine { Code::YouBlockedUser } else { Code::Blocked }));
    }
    if let Some(id) = there {
        return Ok((existing(store, who, now, id, &seen.profiles).await?, true));
    }
    if profile.deactivated {
        return Err(ChatError::new(Code::AccountDeactivated));
    }
    let room = Room {
        member_count: 2,
        pair: Some((who.user, peer)),
        ..Room::new(RoomId::new(now, rand::random()), RoomKind::Direct, who.user, now)
    };
    let [mine, theirs] =
        [who.user, peer].map(|user| Membership::new(&room, user, Role::Member, now));
    if let Err(id) = store.open_direct(&room, [&mine, &theirs]).await? {
        return Ok((existing(store, who, now, id, &seen.profiles).await?, true));
    }
    let people = &seen.profiles;
    fanout.publish(&joined(Audience::Room(room.id), &room, &mine, people, now)).await?;
    Ok((RoomView::for_member(&room, &mine, None, people), false))
}

async fn existing(
    store: &impl Look,
    who: Principal,
    now: Timestamp,
    id: RoomId,
    people: &People,
) -> Result<RoomView> {
    let seen = store.look(who.ask_room(id), now).await?;
    let (room, member) = who.member(&seen, id)?;
    Ok(RoomView::for_member(room, member, None, people))
}

/// The id of the room that `key` stands for: the same request always means the same room, and the
/// conditional write does the rest. (The time inside this UUID is part of the hash, not a time.)
fn keyed_id(user: UserId, key: &ClientKey) -> RoomId {
    let hash = Sha256::digest(format!("{user} {key}"));
    let mut ms = [0; 8];
    let mut random = [0; 10];
    ms[2..].copy_from_slice(&hash[..6]);
    random.copy_from_slice(&hash[6..16]);
    RoomId::new(Timestamp::from_ms(i64::from_be_bytes(ms)), random)
}
