//! The retry of a send that had been committed.

use super::NewText;
use super::Outcome;
use crate::compose;
use crate::event::{Audience, Fanout};
use crate::gate::no_such;
use crate::ports::{Ask, Look, Publish};
use crate::view::{MessageView, People};
use domain::{ChatError, Code, MessageId, Result, Sent, Timestamp};
use sha2::{Digest, Sha256};

/// The message that an earlier request with this key sent, published once more: that request may
/// have died between its commit and its publication.
pub(super) async fn replay(
    store: &impl Look,
    fanout: &impl Publish,
    new: &NewText,
    sent: &Sent,
    fingerprint: &str,
    people: People,
    now: Timestamp,
) -> Result<Outcome> {
    if sent.fingerprint != fingerprint {
        return Err(ChatError::new(Code::IdempotencyConflict));
    }
    let id = MessageId { room: new.room, seq: sent.seq };
    let seen = store.look(Ask { messages: vec![id], ..Ask::default() }, now).await?;
    let message = seen.messages.get(&id).ok_or_else(|| no_such("message"))?;
    if message.deleted.is_none() {
        let event = compose::message_created(message, &people);
        fanout.publish(&Fanout::new(Audience::Room(new.room), event)).await?;
    }
    let view = MessageView::of(message, &people, Some(message.sender));
    Ok(Outcome { message: view, replayed: true, rate: None })
}

/// What makes two requests the same: the text, what it answers, and the files.
pub(super) fn fingerprint(new: &NewText) -> String {
    let mut hash = Sha256::new();
    hash.update(new.body.as_str());
    hash.update([0]);
    hash.update(new.reply_to.map(|id| id.to_string()).unwrap_or_default());
    for file in &new.attachments {
        hash.update([0]);
        hash.update(file.to_string());
    }
    format!("{:x}", hash.finalize())
}
