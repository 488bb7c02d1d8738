//! What our user did, as events for a peer.

use super::backlog::Step;
use crate::ports::{PeerEvent, SentEvent};
use domain::{Attached, Change, Message, MessageId, UserId};
use std::collections::{HashMap, HashSet};

/// What takes the place of a deleted message at the other side: the protocol has no deletion.
const DELETED: &str = "[deleted]";

/// One thing to hand over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// An event.
    Event(PeerEvent),
    /// A file, then the event that shows it.
    File(Attached, Option<String>),
}

/// What our messages are called at the other side, by number.
pub(super) type Called = HashMap<u64, SentEvent>;

/// Numbers of our own messages that a step names.
pub(super) fn named(step: &Step, owner: UserId) -> Option<u64> {
    match step {
        Step::Message(message) => message.reply_to_seq,
        Step::Change(_, message) if message.sender == owner => Some(message.id.seq),
        Step::Change(..) => None,
    }
}

/// The parts of a step, in order; none where the protocol has no word for it, or nothing is left of it.
pub(super) fn parts(
    step: &Step,
    seq: u64,
    owner: UserId,
    theirs: &HashSet<u64>,
    called: &Called,
) -> Vec<Part> {
    match step {
        Step::Message(message) => message_parts(message, theirs, called),
        Step::Change(change, message) => {
            change_part(change, message, seq, owner, called).into_iter().map(Part::Event).collect()
        }
    }
}

fn message_parts(message: &Message, theirs: &HashSet<u64>, called: &Called) -> Vec<Part> {
    if message.deleted.is_some() {
        return Vec::new();
    }
    let target = message.reply_to_seq.and_then(|seq| answered(message, seq, theirs, called));
    let mut parts = Vec::new();
    if !message.body.is_empty() {
        let (text, reply_to) = (message.body.clone(), target.clone());
        parts.push(Part::Event(PeerEvent::Text { text, reply_to }));
    }
    for file in &message.attachments {
        let reply_to = target.clone().filter(|_| parts.is_empty());
        parts.push(Part::File(file.clone(), reply_to));
    }
    parts
}

/// What they call the message that is answered: ours by their name for it, theirs by the name that we told
/// them. What they never had is answered without.
fn answered(message: &Message, seq: u64, theirs: &HashSet<u64>, called: &Called) -> Option<String> {
    match called.get(&seq) {
        Some(sent) => Some(sent.event_id.clone()),
        None => theirs.contains(&seq).then(|| MessageId { seq, ..message.id }.to_string()),
    }
}

fn change_part(
    change: &Change,
    message: &Message,
    seq: u64,
    owner: UserId,
    called: &Called,
) -> Option<PeerEvent> {
    let own = message.sender == owner;
    let sent = called.get(&message.id.seq);
    let target = match (own, sent) {
        (true, Some(sent)) => sent.event_id.clone(),
        // They never had it.
        (true, None) => return None,
        (false, _) => message.id.to_string(),
    };
    let gone = message.deleted.is_some();
    match change {
        // A later text was sent already, with the message or with an edit before this one.
        Change::MessageUpdated { .. } if gone || sent.is_some_and(|s| s.version >= seq) => None,
        Change::MessageUpdated { .. } => {
            Some(PeerEvent::Edit { target, text: message.body.clone() })
        }
        Change::MessageDeleted { .. } if own => {
            Some(PeerEvent::Edit { target, text: DELETED.to_owned() })
        }
        Change::ReactionAdded { emoji, .. } => {
            let there = |r: &domain::Reaction| r.emoji == *emoji && r.users.contains(&owner);
            let event = PeerEvent::React { target, emoji: emoji.clone() };
            (!gone && message.reactions.iter().any(there)).then_some(event)
        }
        _ => None,
    }
}
