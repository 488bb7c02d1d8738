//! Whose call it is: by the hash of the secret that it carries.

use super::hash;
use super::open::{Beginning, open};
use crate::gate::no_such;
use crate::ports::{Ask, KeepConnections, KeepContacts, Look, Throttle};
use domain::{
    AvatarUrl, Bucket, Channel, ChatError, Code, Contact, ContactKey, DisplayName, Identification,
    PeerAddress, ReplyMethod, Result, Timestamp,
};

/// How often it is looked again when the same stranger calls twice at once.
const ROUNDS_MAX: usize = 4;

/// How soon somebody may call again who is just being written to, in milliseconds.
const BUSY_MS: u64 = 1_000;

/// What a call says of whoever makes it.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Whom it is for: a folded username here.
    pub username: String,
    /// Where the call came in: they reach us there.
    pub own_address: String,
    /// The secret.
    pub identification: Identification,
    /// What they want to be shown as.
    pub nickname: DisplayName,
    /// Their picture.
    pub picture: Option<AvatarUrl>,
    /// Where they are called back.
    pub reply: PeerAddress,
    /// What that does to the addresses known so far.
    pub method: ReplyMethod,
    /// The channel; none where something is uploaded.
    pub channel: Option<Channel>,
    /// Whether they write `content` as a string that holds JSON, where there is one.
    pub content_as_text: Option<bool>,
}

/// The contact that calls. A stranger becomes one: whether anything is ever said to them is up to the
/// owner. Nobody can take an address at which somebody else has been reached: 401.
pub async fn greet(
    store: &(impl Look + KeepContacts + KeepConnections + Throttle),
    now: Timestamp,
    caller: &Caller,
) -> Result<Contact> {
    let theirs = hash(caller.identification.secret());
    for _ in 0..ROUNDS_MAX {
        let met = store.meet(&caller.username, &theirs, &caller.reply).await?;
        let owner = met.owner.ok_or_else(|| no_such("user"))?;
        if let Some(claimed) = met.claimed.filter(|claimed| Some(*claimed) != met.known)
            && other_than(store, claimed, &theirs, now).await?
        {
            continue;
        }
        let known = match met.known {
            Some(key) => store.contact(key).await?,
            None => None,
        };
        if let Some(contact) = known {
            return Ok(contact);
        }
        let ask = Ask { profiles: vec![owner], ..Ask::default() };
        let seen = store.look(ask, now).await?;
        let here = seen.profiles.get(&owner).filter(|profile| !profile.deactivated);
        here.ok_or_else(|| no_such("user"))?;
        store.spend(Bucket::Contact, owner, now).await?;
        let new = Beginning {
            owner,
            username: &caller.username,
            own_address: &caller.own_address,
            address: &caller.reply,
            channel: caller.channel.clone().unwrap_or_default(),
            theirs: Some(theirs.clone()),
            name: caller.nickname.clone(),
        };
        if let Some(contact) = open(store, now, new).await? {
            return Ok(contact);
        }
    }
    Err(crate::edit_message::busy())
}

/// Refused where the address is that of somebody who identifies themselves in another way. Whom our user
/// has only added is not known by anything yet: if they are being written to in this moment, their
/// answer is about to tell; if not, whoever calls is a stranger like any other. `true` if it has just become
/// known that it is them.
async fn other_than(
    store: &impl KeepContacts,
    claimed: ContactKey,
    theirs: &str,
    now: Timestamp,
) -> Result<bool> {
    match store.contact(claimed).await? {
        None => Ok(false),
        Some(there) if there.theirs.iter().any(|known| known == theirs) => Ok(true),
        Some(there) if there.theirs.is_empty() && there.busy_until > now => {
            let why = "you are being written to; try again in a moment";
            Err(ChatError {
                retry_after_ms: Some(BUSY_MS),
                ..ChatError::because(Code::RateLimited, why)
            })
        }
        Some(there) if there.theirs.is_empty() => Ok(false),
        Some(_) => {
            let why = "this Chat-Reply belongs to somebody with another Chat-Identification";
            Err(ChatError::because(Code::InvalidCredentials, why))
        }
    }
}
