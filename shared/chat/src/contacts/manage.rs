//! A user's own side of their contacts: made, listed, given up.

use super::open::{self, Beginning, connection};
use crate::gate::{Principal, no_such};
use crate::ports::{
    Ask, Deactivate, KeepConnections, KeepContacts, Look, OpenRoom, Publish, Throttle,
};
use crate::throttle::look_within;
use crate::view::{CompactUser, People};
use domain::{
    Bucket, Channel, ChatError, Code, Contact, ContactId, ContactKey, DisplayName, PeerAddress,
    PeerState, Result, RoomId, Timestamp,
};
use schemars::JsonSchema;
use serde::Serialize;

/// A contact to make.
#[derive(Clone, Debug)]
pub struct NewContact {
    /// Where they are.
    pub address: PeerAddress,
    /// Where to write.
    pub channel: Option<Channel>,
    /// What they are shown as until they say themselves; their address by default.
    pub nickname: Option<DisplayName>,
}

/// A contact as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Contact")]
#[allow(missing_docs, reason = "the fields of docs/directchat.md")]
pub struct ContactView {
    pub id: ContactId,
    /// The main address.
    pub address: String,
    /// What is tried after it, in order.
    pub fallbacks: Vec<String>,
    pub channel: String,
    /// The direct room.
    pub room_id: RoomId,
    pub user: CompactUser,
    /// As they said.
    pub state: PeerState,
    /// They wrote first, and nothing has been answered yet.
    pub request: bool,
    /// Messages wait for them.
    pub waiting: bool,
    pub last_heard_at: Option<Timestamp>,
    pub created_at: Timestamp,
}

impl ContactView {
    fn of(contact: &Contact, people: &People) -> Self {
        let mut addresses = contact.addresses.iter().map(|one| one.as_str().to_owned());
        Self {
            id: contact.key.id,
            address: addresses.next().unwrap_or_default(),
            fallbacks: addresses.collect(),
            channel: contact.channel.as_str().to_owned(),
            room_id: contact.room,
            user: CompactUser::of(contact.remote, people),
            state: contact.state,
            request: contact.asked && contact.proven.is_none(),
            waiting: contact.hold.failures > 0,
            last_heard_at: contact.heard_at,
            created_at: contact.created_at,
        }
    }
}

/// All of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/directchat.md")]
pub struct Contacts {
    pub contacts: Vec<ContactView>,
}

/// A contact was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/directchat.md")]
pub struct ContactDeleted {
    pub deleted: bool,
}

/// How often it is looked again when two of the caller's devices do the same at once.
const ROUNDS_MAX: usize = 4;

/// Makes a contact and opens its room, or finds the one at this address: `true` if it was there. Nothing is
/// sent before the caller writes something. `own_address` is where the other side finds the caller.
pub async fn add_contact(
    store: &(impl Look + Throttle + KeepContacts + KeepConnections + OpenRoom),
    fanout: &impl Publish,
    who: Principal,
    now: Timestamp,
    own_address: impl Fn(&str) -> String,
    new: NewContact,
) -> Result<(ContactView, bool)> {
    let ask = Ask { profiles: vec![who.user], ..who.ask() };
    let mut seen = look_within(store, Bucket::Lookup, who.user, ask, now).await?;
    who.check(&seen)?;
    let owner = seen.profiles.remove(&who.user).ok_or_else(|| no_such("user"))?;
    for _ in 0..ROUNDS_MAX {
        let all = store.contacts_of(who.user).await?;
        if let Some(there) = all.iter().find(|one| one.addresses.first() == Some(&new.address)) {
            return shown(store, fanout, there, now).await.map(|view| (view, true));
        }
        let folded = owner.username.to_lowercase();
        let fallback = new.address.as_str().split_once("://").map_or("?", |(_, rest)| rest);
        let by_address = || DisplayName::parse(&fallback.chars().take(50).collect::<String>());
        let name = match &new.nickname {
            Some(name) => name.clone(),
            None => by_address()?,
        };
        let beginning = Beginning {
            owner: who.user,
            username: &folded,
            own_address: &own_address(&owner.username),
            address: &new.address,
            channel: new.channel.clone().unwrap_or_default(),
            theirs: None,
            name,
        };
        if let Some(contact) = open::open(store, now, beginning).await? {
            return shown(store, fanout, &contact, now).await.map(|view| (view, false));
        }
        // The address is a fallback of somebody who has been reached there, or was made this moment.
        if let Some(there) = all.iter().find(|one| one.addresses.contains(&new.address)) {
            return shown(store, fanout, there, now).await.map(|view| (view, true));
        }
    }
    Err(ChatError::because(Code::RateLimited, "this contact is being made; try again"))
}

/// The contact with its room, which a request that died may have left out.
async fn shown(
    store: &(impl Look + OpenRoom),
    fanout: &impl Publish,
    contact: &Contact,
    now: Timestamp,
) -> Result<ContactView> {
    let profiles = vec![contact.key.owner, contact.remote];
    let ask = Ask { rooms: vec![contact.room], profiles, ..Ask::default() };
    let seen = store.look(ask, now).await?;
    if !seen.rooms.contains_key(&contact.room) {
        open::room(store, fanout, contact, &seen.profiles, now).await?;
    }
    Ok(ContactView::of(contact, &seen.profiles))
}

/// The caller's contacts, the oldest first.
pub async fn list_contacts(
    store: &(impl Look + KeepContacts),
    who: Principal,
    now: Timestamp,
) -> Result<Contacts> {
    let (seen, all) =
        futures_util::future::try_join(store.look(who.ask(), now), store.contacts_of(who.user))
            .await?;
    who.check(&seen)?;
    // Somebody who has only uploaded something is nobody yet.
    let all: Vec<Contact> =
        all.into_iter().filter(|one| !one.asked || one.heard_at.is_some()).collect();
    let people = crate::people(store, all.iter().map(|contact| contact.remote), now).await?;
    Ok(Contacts { contacts: all.iter().map(|one| ContactView::of(one, &people)).collect() })
}

/// Gives a contact up: nothing more is said to them, and they are a stranger if they call again. The room
/// stays as it is, and nobody can write there any more.
pub async fn delete_contact(
    store: &(impl Look + KeepContacts + KeepConnections + Deactivate),
    who: Principal,
    now: Timestamp,
    id: ContactId,
) -> Result<ContactDeleted> {
    let seen = store.look(who.ask(), now).await?;
    who.check(&seen)?;
    let key = ContactKey { owner: who.user, id };
    let contact = store.contact(key).await?.ok_or_else(|| no_such("contact"))?;
    let people = crate::people(store, [contact.remote], now).await?;
    if let Some(profile) = people.get(&contact.remote) {
        store.set_deactivated(profile, true).await?;
    }
    store.mark_gone(contact.room, contact.remote, true).await?;
    store.drop_connections(contact.remote, &[connection(&contact).id], now).await?;
    // Last, so that a repetition of a request that died on the way finishes it.
    store.forget_contact(&contact).await?;
    Ok(ContactDeleted { deleted: true })
}
