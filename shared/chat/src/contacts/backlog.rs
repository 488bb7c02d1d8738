//! What a room's two have done since our side of a contact was last sent, in order.

use crate::ports::{Ask, Look, ReadLog};
use crate::resume::Missed;
use domain::{Change, LogEntry, Message, MessageId, Result, Room, Timestamp};
use std::collections::HashMap;

/// Something that was done.
pub(super) enum Step {
    /// A message.
    Message(Box<Message>),
    /// A change of a message, and the message as it is now.
    Change(Change, Box<Message>),
}

/// What is to be sent, or passed over.
pub(super) struct Backlog {
    /// By number; only what somebody did whom `of` names.
    pub(super) steps: Vec<(u64, Step)>,
    /// Up to this number everything is known: what comes later may have another before it that is still
    /// being written.
    pub(super) upto: u64,
    /// Whether that is so, at the end of this.
    pub(super) hole: bool,
    /// Whether there is more behind it.
    pub(super) more: bool,
}

/// Reads what `owner` has done after `from`.
pub(super) async fn read(
    store: &(impl Look + ReadLog),
    room: &Room,
    owner: domain::UserId,
    from: u64,
    now: Timestamp,
) -> Result<Backlog> {
    let missed = Missed::read(store, room, from).await?;
    let upto = missed.settled(now);
    let own = |entry: &&LogEntry| entry.actor == owner && entry.seq <= upto;
    let elsewhere: Vec<MessageId> = missed
        .entries
        .values()
        .filter(own)
        .filter_map(LogEntry::message)
        .filter(|id| !missed.messages.contains_key(&id.seq))
        .collect();
    let mut others = HashMap::new();
    if !elsewhere.is_empty() {
        let ask = Ask { messages: elsewhere, ..Ask::default() };
        others = store.look(ask, now).await?.messages;
    }
    let changes = missed.entries.values().filter(own).filter_map(|entry| {
        let id = entry.message()?;
        let message = missed.messages.get(&id.seq).or_else(|| others.get(&id))?.clone();
        Some((entry.seq, Step::Change(entry.change.clone(), Box::new(message))))
    });
    let sent = missed.messages.values().filter(|m| m.sender == owner && m.id.seq <= upto);
    let sent = sent.map(|m| (m.id.seq, Step::Message(Box::new(m.clone()))));
    let mut steps: Vec<(u64, Step)> = changes.chain(sent).collect();
    steps.sort_by_key(|(seq, _)| *seq);
    let (more, behind) = (!missed.complete, upto < room.last_seq);
    Ok(Backlog { steps, upto, hole: behind && !more, more })
}
