//! Contacts on other people's servers (DirectChat). A user of such a server is a user here who cannot sign
//! in, and a contact is the direct room of the two: everything else in the chat is as between any two users.
//!
//! [`greet`] finds or makes the contact that somebody's call is from, [`hear`] does what they say;
//! [`dispatch`] says to them what our user has done in the room.

mod backlog;
mod dispatch;
mod greet;
mod hear;
mod knock;
mod manage;
mod open;
mod say;
mod upload;

pub use dispatch::{DispatchTimes, Dispatched, dispatch};
pub use greet::{Caller, greet};
pub use hear::{Heard, HeardMessage, Said, hear, print_of};
pub use manage::{
    ContactDeleted, ContactView, Contacts, NewContact, add_contact, delete_contact, list_contacts,
};
pub use upload::{Handed, take_upload};

use crate::gate::Principal;
use domain::{Contact, Identification, Timestamp};
use sha2::{Digest, Sha256};

/// How long the session of a user who never signs in lasts, in milliseconds (a hundred years).
const FOR_EVER_MS: i64 = 100 * 365 * 24 * 60 * 60 * 1000;

/// The user that stands for the contact, as who acts here.
fn principal(contact: &Contact) -> Principal {
    let expires_at = contact.created_at.plus_ms(FOR_EVER_MS);
    Principal { user: contact.remote, session: contact.session, expires_at }
}

/// SHA-256 in hex, of something that may be secret.
fn hash(text: &str) -> String {
    format!("{:x}", Sha256::digest(text))
}

/// An identification nobody can guess.
fn fresh_identification() -> Option<Identification> {
    let random = rand::random::<[u8; 32]>();
    let text: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    Identification::parse(&text).ok()
}

/// How much later `later` is reached than `now`, for delays of a queue.
fn ms_until(later: Timestamp, now: Timestamp) -> i64 {
    later.since_ms(now).max(0)
}
