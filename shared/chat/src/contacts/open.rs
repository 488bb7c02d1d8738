//! Makes contacts, with the user that stands for them, and their rooms.

use super::{FOR_EVER_MS, fresh_identification, principal};
use crate::create_room::joined;
use crate::event::Audience;
use crate::ports::{Commit, KeepConnections, KeepContacts, OpenRoom, Publish};
use crate::view::People;
use domain::{
    Channel, ChatError, Connection, ConnectionId, Contact, ContactId, ContactKey, DisplayName,
    Face, Hold, Membership, NotifyLevel, PeerAddress, PeerState, Profile, Result, Role, Room,
    RoomId, RoomKind, SentUpTo, Session, SessionId, Timestamp, UserId,
};

/// What a new contact is made of.
pub(super) struct Beginning<'a> {
    /// Whose it is.
    pub owner: UserId,
    /// Their folded username.
    pub username: &'a str,
    /// Where they call us.
    pub own_address: &'a str,
    /// Where they are called.
    pub address: &'a PeerAddress,
    /// Where they write.
    pub channel: Channel,
    /// SHA-256 of what they identify themselves with, if they came first.
    pub theirs: Option<String>,
    /// What they are shown as.
    pub name: DisplayName,
}

/// Stores a new contact. `None` if somebody else is found by the same things.
pub(super) async fn open(
    store: &(impl KeepContacts + KeepConnections),
    now: Timestamp,
    new: Beginning<'_>,
) -> Result<Option<Contact>> {
    let wrong = || ChatError::unavailable("an identification could not be made");
    let remote = UserId::new(now, rand::random());
    let session = SessionId::new(now, rand::random());
    let asked = new.theirs.is_some();
    let contact = Contact {
        key: ContactKey { owner: new.owner, id: ContactId::new(now, rand::random()) },
        username: new.username.to_owned(),
        remote,
        session,
        room: RoomId::new(now, rand::random()),
        ours: fresh_identification().ok_or_else(wrong)?,
        theirs: new.theirs.into_iter().collect(),
        addresses: vec![new.address.clone()],
        own_address: new.own_address.to_owned(),
        channel: new.channel,
        content_as_text: false,
        created_at: now,
        asked,
        proven: None,
        told_name: None,
        state: PeerState::default(),
        heard_at: None,
        sent: SentUpTo::default(),
        hold: Hold::default(),
        busy_until: Timestamp::from_ms(0),
        wanted: 0,
        refused: 0,
    };
    let profile = Profile::new(remote, username(), new.name.into_string(), now);
    let session = Session {
        id: session,
        user: remote,
        created_at: now,
        expires_at: now.plus_ms(FOR_EVER_MS),
        // No token has this hash.
        refresh_hash: String::new(),
        previous: None,
        device: None,
    };
    // First, so that no contact is ever without: deliver finds it by this.
    store.add_connection(remote, &connection(&contact), now).await?;
    match store.open_contact(&contact, &profile, &session, !asked).await? {
        Commit::Done => Ok(Some(contact)),
        Commit::Stale => Ok(None),
    }
}

/// What `deliver` finds news for the contact by. It was never seen, so it never counts as presence.
pub(super) fn connection(contact: &Contact) -> Connection {
    let id = ConnectionId::of(Face::Directchat, &contact.key.id.to_string());
    let ends_at = contact.created_at.plus_ms(FOR_EVER_MS);
    let opened_at = Timestamp::from_ms(0);
    // The owner stands among the topics: that is where the contact lies.
    let topics = vec![contact.key.owner.to_string()];
    Connection { topics, ..Connection::new(id, contact.session, opened_at, ends_at) }
}

/// A name that nobody else has, for a user whom nobody looks for by it.
fn username() -> String {
    let random = rand::random::<u64>();
    format!("dc_{random:016x}")
}

/// Opens the room of a contact, or finds it; tells the owner's devices. They have nothing to be notified of
/// on the other side, where their own server does it.
pub(super) async fn room(
    store: &impl OpenRoom,
    fanout: &impl Publish,
    contact: &Contact,
    people: &People,
    now: Timestamp,
) -> Result<()> {
    let who = principal(contact);
    let (owner, remote) = (contact.key.owner, who.user);
    // Who wrote first has opened it.
    let creator = if contact.asked { remote } else { owner };
    let room = Room {
        member_count: 2,
        pair: Some((owner, remote)),
        ..Room::new(contact.room, RoomKind::Direct, creator, now)
    };
    let mine = Membership::new(&room, owner, Role::Member, now);
    let theirs = Membership {
        notify: Some(NotifyLevel::Muted),
        ..Membership::new(&room, remote, Role::Member, now)
    };
    if store.open_direct(&room, [&theirs, &mine]).await?.is_ok() {
        let opener = if contact.asked { &theirs } else { &mine };
        let audience = Audience::Users(vec![owner]);
        fanout.publish(&joined(audience, &room, opener, people, now)).await?;
    }
    Ok(())
}
