//! Files that a contact hands over before it sends them.

use super::{hear, principal};
use crate::files::{self, Draft};
use crate::gate::Principal;
use crate::ports::{Ask, Files, Inspect, KeepPeerEvents, Look, Objects, Throttle};
use bytes::Bytes;
use domain::{Contact, Result, Stated, Timestamp};
use sha2::{Digest, Sha256};

/// A file that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handed {
    /// SHA-256 of what came, in hex: how the contact names it from now on.
    pub digest: String,
}

/// Takes a file of a contact's. It is checked as any other, and stays for `unused_ms` if no message of
/// theirs uses it.
#[allow(clippy::too_many_arguments, reason = "the ports of an upload, and whose it is")]
pub async fn take_upload(
    store: &(impl Look + Files + Throttle + KeepPeerEvents),
    objects: &impl Objects,
    inspect: &impl Inspect,
    contact: &Contact,
    unused_ms: i64,
    now: Timestamp,
    stated: Stated,
    bytes: Bytes,
) -> Result<Handed> {
    let who: Principal = principal(contact);
    let owner = contact.key.owner;
    let ask = Ask { profiles: vec![owner], blocks: vec![(owner, who.user)], ..who.ask() };
    hear::may_call(&store.look(ask, now).await?, contact)?;
    let digest = format!("{:x}", Sha256::digest(&bytes));
    let draft = Draft { stated, bytes, key: None };
    let taken = files::upload_file(store, objects, inspect, who, unused_ms, now, draft).await?;
    let ends_at = now.plus_ms(unused_ms);
    store.note_upload(contact, &digest, taken.attachment.id, ends_at).await?;
    Ok(Handed { digest })
}
