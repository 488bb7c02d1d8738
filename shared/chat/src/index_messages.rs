//! Keeps the search index as the table is: what the table's stream says, as changes of the index. Running
//! it twice, or late, changes nothing: each change carries the number of the event that made it.

use crate::ports::{Findable, IndexChange, IndexMessages, Indexed, TableChange};
use domain::search::{Has, has_link, words};
use domain::{Message, MessageKind, RoomId};
use std::collections::HashSet;

/// Takes over a batch of changes. What is reported as failed is to be brought again, with all that
/// followed it.
pub async fn index_messages(index: &impl IndexMessages, changes: &[TableChange]) -> Indexed {
    let mut places = Vec::new();
    let mut ops = Vec::new();
    let mut gone: Vec<(usize, RoomId)> = Vec::new();
    for (place, change) in changes.iter().enumerate() {
        match change {
            TableChange::Message { was, is } => {
                if let Some(op) = difference(was.as_deref(), is.as_deref()) {
                    places.push(place);
                    ops.push(op);
                }
            }
            TableChange::RoomDeleted(room) => gone.push((place, *room)),
            TableChange::Logged(_) | TableChange::Other => {}
        }
    }
    let mut outcome = Indexed::default();
    if !ops.is_empty() {
        match index.index(&ops).await {
            Ok(done) => {
                outcome.failed.extend(done.failed.into_iter().map(|at| places[at]));
                outcome.refused.extend(done.refused.into_iter().map(|(at, why)| (places[at], why)));
            }
            Err(error) => {
                outcome.failed.extend(&places);
                outcome.error = Some(error);
            }
        }
    }
    for (place, room) in gone {
        if let Err(error) = index.forget_room(room).await {
            outcome.failed.push(place);
            outcome.error = Some(error);
        }
    }
    outcome.failed.sort_unstable();
    outcome
}

/// What a message's change means for the index: nothing if it can be found by the same as before.
fn difference(was: Option<&Message>, is: Option<&Message>) -> Option<IndexChange> {
    let (before, after) = (was.and_then(essence), is.and_then(essence));
    if before == after {
        return None;
    }
    let message = is.or(was)?;
    let findable = is.filter(|_| after.is_some()).map(findable);
    Some(IndexChange { id: message.id, version: message.changed_seq, findable })
}

/// What of a message the index depends on; none if it cannot be found at all: it was deleted, or the
/// system wrote it.
fn essence(message: &Message) -> Option<(&str, bool)> {
    let findable = message.deleted.is_none() && message.kind != MessageKind::System;
    findable.then_some((message.body.as_str(), message.attachments.is_empty()))
}

/// What a message can be found by.
fn findable(message: &Message) -> Findable {
    let found = words(&message.body);
    let mut seen = HashSet::new();
    let also: Vec<&str> = found
        .also
        .iter()
        .map(|token| token.form.as_str())
        .filter(|form| seen.insert(*form))
        .collect();
    let forms: Vec<&str> = found.words.iter().map(|token| token.form.as_str()).collect();
    Findable {
        sender: message.sender,
        created_at: message.created_at,
        words: forms.join(" "),
        also: also.join(" "),
        has: properties(message),
    }
}

/// What else a message has that can be asked for.
pub(crate) fn properties(message: &Message) -> Vec<Has> {
    let attachments = (!message.attachments.is_empty()).then_some(Has::Attachments);
    attachments.into_iter().chain(has_link(&message.body).then_some(Has::Links)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{MessageId, Timestamp, UserId};

    fn message(body: &str, seq: u64) -> Message {
        let at = Timestamp::from_ms(1_790_000_000_000);
        let id = MessageId { room: RoomId::new(at, [1; 10]), seq };
        Message::new(id, UserId::new(at, [2; 10]), body.to_owned(), at, seq)
    }

    #[test]
    fn only_what_can_be_found_makes_a_difference() {
        let tea = message("Tea? https://example.org C++ C++", 7);
        let sent = difference(None, Some(&tea)).unwrap();
        let findable = sent.findable.unwrap();
        assert_eq!((sent.version, findable.words.as_str()), (7, "tea https example org c c"));
        assert_eq!(findable.also, "c++ exampleorg");
        assert_eq!(findable.has, [Has::Links]);

        let reacted = Message { changed_seq: 8, pinned: true, ..tea.clone() };
        assert_eq!(difference(Some(&tea), Some(&reacted)), None);
        let edited = Message { body: "Coffee".into(), changed_seq: 9, ..tea.clone() };
        let change = difference(Some(&reacted), Some(&edited)).unwrap();
        assert_eq!((change.version, change.findable.unwrap().words.as_str()), (9, "coffee"));

        let by = tea.sender;
        let tombstone = edited.tombstone(edited.created_at, by, 10);
        let change = difference(Some(&edited), Some(&tombstone)).unwrap();
        assert_eq!((change.version, change.findable), (10, None));
        assert_eq!(difference(Some(&tombstone), None), None);
        let change = difference(Some(&edited), None).unwrap();
        assert_eq!((change.version, change.findable), (9, None));

        let system = Message { kind: MessageKind::System, ..tea };
        assert_eq!(difference(None, Some(&system)), None);
    }
}
