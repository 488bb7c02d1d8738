//! What contacts on other people's servers need of the world.

use super::{Answer, Commit};
use bytes::Bytes;
use domain::{
    AttachmentId, Contact, ContactKey, Hold, Identification, PeerAddress, Profile, SentUpTo,
    Session, Timestamp, UserId,
};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::future::Future;

/// Who is meant by a name here, an identification and an address together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Met {
    /// Our user.
    pub owner: Option<UserId>,
    /// Their contact with this identification.
    pub known: Option<ContactKey>,
    /// Their contact that has been reached at this address.
    pub claimed: Option<ContactKey>,
}

/// Contacts as records (`dynamodb:BatchGetItem`, `GetItem`, `Query`, `UpdateItem`, `TransactWriteItems`
/// over PutItem, UpdateItem and DeleteItem).
pub trait KeepContacts: Sync {
    /// Looks up a folded username with the hash of an identification and an address.
    fn meet(&self, username: &str, theirs: &str, address: &PeerAddress) -> impl Answer<Met>;
    /// A contact.
    fn contact(&self, key: ContactKey) -> impl Answer<Option<Contact>>;
    /// A user's contacts, the oldest first; at most 1,000.
    fn contacts_of(&self, owner: UserId) -> impl Answer<Vec<Contact>>;
    /// Stores a contact with the user here that stands for them, and what it is found by. `Stale` if
    /// somebody else is found by it, or the username is taken.
    fn open_contact(
        &self,
        contact: &Contact,
        profile: &Profile,
        session: &Session,
        claim: bool,
    ) -> impl Answer<Commit>;
    /// Stores what an event of theirs says of them (addresses, channel, state, when they were heard) and
    /// ends what held our events up. `Stale` if their addresses are not those of `was` any more.
    fn save_heard(&self, was: &Contact, next: &Contact) -> impl Answer<Commit>;
    /// They are known by this identification too. `Stale` if it is somebody else's, but for the one whose
    /// place they take.
    fn know_by(
        &self,
        contact: &Contact,
        theirs: &str,
        instead_of: Option<ContactKey>,
    ) -> impl Answer<Commit>;
    /// They were reached at this address: nobody else is believed to have it. `Stale` if somebody has.
    fn claim(&self, contact: &Contact, address: &PeerAddress) -> impl Answer<Commit>;
    /// Forgets a contact, what it is found by, and the session of its user.
    fn forget_contact(&self, contact: &Contact) -> impl Answer<()>;
}

/// What is remembered beside a contact (`dynamodb:BatchGetItem`, `GetItem`, `PutItem`), for a year where
/// nothing else is said.
pub trait KeepPeerEvents: Sync {
    /// Notes that an event with this print was heard, for `window_ms`. The key that counts: `key`, or that
    /// of the same event within the window.
    fn hear_once(
        &self,
        contact: &Contact,
        print: &str,
        key: &str,
        window_ms: i64,
        now: Timestamp,
    ) -> impl Answer<String>;
    /// What became of messages of ours at their side, by number.
    fn sent_events(&self, contact: &Contact, seqs: &[u64]) -> impl Answer<HashMap<u64, SentEvent>>;
    /// The number of our message that they call so.
    fn message_called(&self, contact: &Contact, event: &str) -> impl Answer<Option<u64>>;
    /// Notes a file of theirs by its digest; as long as it may stay unused.
    fn note_upload(
        &self,
        contact: &Contact,
        digest: &str,
        file: AttachmentId,
        ends_at: Timestamp,
    ) -> impl Answer<()>;
    /// The file of theirs that was noted last under this digest.
    fn upload_noted(
        &self,
        contact: &Contact,
        digest: &str,
        now: Timestamp,
    ) -> impl Answer<Option<AttachmentId>>;
}

/// A message of ours at their side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentEvent {
    /// The message's number.
    pub seq: u64,
    /// What they call it.
    pub event_id: String,
    /// The room event that had changed it last when it was sent.
    pub version: u64,
}

/// What is to be remembered of an event that was taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TakenPart {
    /// What later events name the message by, and which version of it they have.
    pub message: Option<SentEvent>,
    /// What they call the event, and the number of the message that it is about.
    pub called: Option<(String, u64)>,
}

/// Whose turn it is to send a contact's events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turn {
    /// The caller's, until it gives it back.
    Ours(Box<Contact>),
    /// Somebody else's: they will look once more before they end. For the first who wants it meanwhile, with
    /// when it has run out if they never do.
    Theirs(Option<Timestamp>),
    /// There is no such contact any more.
    Gone,
}

/// How sending ended, for [`SendInTurn::give_back`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TurnEnd {
    /// How far it has come.
    pub sent: SentUpTo,
    /// What holds up the rest.
    pub hold: Hold,
    /// Only if nobody has wanted more since this count.
    pub unless_wanted_since: Option<u64>,
}

/// One at a time sends a contact's events (`dynamodb:UpdateItem`, `TransactWriteItems` over PutItem and
/// UpdateItem). Everything is `Stale` for somebody whose turn has ended.
pub trait SendInTurn: Sync {
    /// Asks for the turn until `until`. Counts in `wanted` either way.
    fn take_turn(
        &self,
        key: ContactKey,
        turn: &str,
        until: Timestamp,
        now: Timestamp,
    ) -> impl Answer<Turn>;
    /// Stores how far it has come, and what was taken. Nothing holds it up then.
    fn advance(
        &self,
        contact: &Contact,
        turn: &str,
        until: Timestamp,
        taken: &TakenPart,
        now: Timestamp,
    ) -> impl Answer<Commit>;
    /// Goes on until `until`.
    fn keep_turn(&self, key: ContactKey, turn: &str, until: Timestamp) -> impl Answer<Commit>;
    /// Gives the turn back.
    fn give_back(&self, key: ContactKey, turn: &str, end: &TurnEnd) -> impl Answer<Commit>;
}

/// A contact whose events are to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WakeTask {
    /// Which.
    pub contact: ContactKey,
}

/// Asks for a contact's events to be sent (`sqs:SendMessage`).
pub trait WakeContacts: Sync {
    /// In so many milliseconds, 15 minutes at the most.
    fn wake(&self, contact: ContactKey, delay_ms: i64) -> impl Answer<()>;
}

/// An event for a peer, before it is put into the protocol's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PeerEvent {
    /// A message.
    Text {
        /// What is written.
        text: String,
        /// What it answers, as they call it.
        reply_to: Option<String>,
    },
    /// A file that they hold already.
    File {
        /// Its media type.
        mime: String,
        /// What they call it.
        url: String,
        /// What it answers, as they call it.
        reply_to: Option<String>,
    },
    /// Another text for a message.
    Edit {
        /// Which, as they call it.
        target: String,
        /// What is written now.
        text: String,
    },
    /// A reaction.
    React {
        /// To which message, as they call it.
        target: String,
        /// With what.
        emoji: String,
    },
    /// Our user has another name.
    Nick,
}

/// Everything that one call says of our user.
#[derive(Clone, Copy, Debug)]
pub struct Introduction<'a> {
    /// To whom.
    pub contact: &'a Contact,
    /// The name.
    pub nickname: &'a str,
    /// The picture's address.
    pub picture: Option<&'a str>,
}

impl Introduction<'_> {
    /// How we identify ourselves.
    pub fn identification(&self) -> &Identification {
        &self.contact.ours
    }
}

/// What a peer answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PeerAnswer {
    /// They have it.
    Taken {
        /// What they call it: an event, or a file.
        id: String,
        /// How they will identify themselves.
        sender_id: Option<String>,
    },
    /// They will never take it; why, for the log.
    Refused(String),
    /// Not now, or nobody is there; why, for the log.
    Later(String),
}

/// Calls other people's servers. The addresses come from strangers: nothing is sent to where only the
/// deployment itself should reach, and no answer may take long or be large.
pub trait CallPeers: Sync {
    /// Hands an event over. `key` is the same for each try of it.
    fn tell(
        &self,
        address: &PeerAddress,
        who: Introduction<'_>,
        event: &PeerEvent,
        key: &str,
    ) -> impl Future<Output = (PeerAnswer, i64)> + Send;
    /// Hands a file over; with the milliseconds that it took, as [`CallPeers::tell`].
    fn hand_over(
        &self,
        address: &PeerAddress,
        who: Introduction<'_>,
        mime: &str,
        bytes: Bytes,
    ) -> impl Future<Output = (PeerAnswer, i64)> + Send;
}
