//! Names in a query, as the ids they stand for.

use super::{ByRoom, SearchAsk};
use crate::gate::Principal;
use crate::ports::{Accounts, Ask, Look};
use crate::view::People;
use domain::search::{Named, same_name};
use domain::{Result, Room, RoomId, Timestamp, UserId, Username};

/// The rooms to search.
pub(super) struct Places(pub(super) Vec<RoomId>);

/// Of `rooms`, those that `in:` names and `-in:` does not; names are only compared with rooms the caller
/// is in, so a name tells nothing about others.
pub(super) async fn rooms(
    store: &impl Look,
    who: Principal,
    now: Timestamp,
    rooms: Vec<RoomId>,
    named: &[Named],
) -> Result<Places> {
    if named.is_empty() || rooms.is_empty() {
        return Ok(Places(rooms));
    }
    let ask = Ask { rooms: rooms.clone(), ..Ask::default() };
    let known: ByRoom = store.look(ask, now).await?.rooms;
    let peers = known.values().filter_map(|room| room.peer_of(who.user));
    let people = crate::people(store, peers, now).await?;
    let is = |room: &Room, name: &str| is_called(room, name, who.user, &people);
    let (not, only): (Vec<&Named>, Vec<&Named>) = named.iter().partition(|one| one.negated);
    let wanted = |id: &RoomId| {
        known.get(id).is_some_and(|room| {
            (only.is_empty() || only.iter().any(|one| is(room, &one.name)))
                && !not.iter().any(|one| is(room, &one.name))
        })
    };
    Ok(Places(rooms.into_iter().filter(wanted).collect()))
}

/// A room's id or name; a direct room's peer, as `@username` or as they are shown.
fn is_called(room: &Room, name: &str, user: UserId, people: &People) -> bool {
    if name.parse() == Ok(room.id) {
        return true;
    }
    let Some(peer) = room.peer_of(user).and_then(|peer| people.get(&peer)) else {
        return room.name.as_deref().is_some_and(|own| same_name(own, name));
    };
    let username = name.strip_prefix('@').unwrap_or(name);
    peer.username.eq_ignore_ascii_case(username) || same_name(&peer.display_name, name)
}

/// Who may have sent what is looked for.
pub(super) struct Senders {
    /// Only these, if there are any.
    pub(super) only: Vec<UserId>,
    /// Not these.
    pub(super) not: Vec<UserId>,
}

impl Senders {
    /// Whether a message of this user may be shown.
    pub(super) fn fit(&self, user: UserId) -> bool {
        (self.only.is_empty() || self.only.contains(&user)) && !self.not.contains(&user)
    }
}

/// The users that `sender` and `from:` name; none if that can be nobody.
pub(super) async fn senders(
    store: &impl Accounts,
    who: Principal,
    ask: &SearchAsk,
) -> Result<Option<Senders>> {
    let find = |name: String| async move { user(store, who, &name).await };
    let named = ask.query.from.iter().map(|one| find(one.name.clone()));
    let named = futures_util::future::try_join_all(named).await?;
    let mut senders = Senders { only: Vec::new(), not: Vec::new() };
    let mut asked = false;
    for (one, user) in ask.query.from.iter().zip(named) {
        if one.negated {
            senders.not.extend(user);
        } else {
            asked = true;
            senders.only.extend(user);
        }
    }
    if let Some(name) = &ask.sender {
        // Both must hold.
        let Some(user) = user(store, who, name).await? else { return Ok(None) };
        if asked && !senders.only.contains(&user) {
            return Ok(None);
        }
        senders.only = vec![user];
    }
    Ok((!asked || !senders.only.is_empty()).then_some(senders))
}

/// A user by id or username, or the caller as `me`.
async fn user(store: &impl Accounts, who: Principal, name: &str) -> Result<Option<UserId>> {
    let name = name.trim_start_matches('@');
    if name.eq_ignore_ascii_case("me") {
        return Ok(Some(who.user));
    }
    if let Ok(id) = name.parse() {
        return Ok(Some(id));
    }
    // What cannot be a username is nobody's.
    let Ok(username) = Username::parse(name) else { return Ok(None) };
    Ok(store.credentials(&username.folded()).await?.map(|found| found.user))
}
