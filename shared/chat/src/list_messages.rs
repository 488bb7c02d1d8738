//! Reads a room's messages, a page at a time, and single messages.

use crate::gate::{Principal, no_such};
use crate::ports::{Look, Range, ReadHistory};
use crate::view::MessageView;
use domain::{Message, MessageId, Result, RoomId, Timestamp};
use serde::Serialize;

/// Where a page begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// At the newest message.
    Newest,
    /// At the oldest message.
    Oldest,
    /// Older than this one.
    Before(u64),
    /// Newer than this one.
    After(u64),
    /// This one in the middle.
    Around(u64),
}

/// A page of messages.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct Messages {
    pub messages: Vec<MessageView>,
    pub has_more_before: bool,
    pub has_more_after: bool,
    pub prev_cursor: Option<MessageId>,
    pub next_cursor: Option<MessageId>,
}

/// The page at `anchor`, at most `limit` (1-100) messages, oldest first if `ascending`. Three round
/// trips: who may read, the messages, the people they name.
pub async fn list_messages(
    store: &(impl Look + ReadHistory),
    who: Principal,
    now: Timestamp,
    room: RoomId,
    anchor: Anchor,
    limit: usize,
    ascending: bool,
) -> Result<Messages> {
    let seen = store.look(who.ask_room(room), now).await?;
    let (found, _) = who.member(&seen, room)?;
    let pages = Pages { store, room, last_seq: found.last_seq };
    let (mut items, has_more_before, has_more_after) = match anchor {
        Anchor::Newest => {
            let (items, more) = pages.older_than(None, limit).await?;
            (items, more, false)
        }
        Anchor::Oldest => {
            let (items, more) = pages.newer_than(0, limit).await?;
            (items, false, more)
        }
        Anchor::Before(seq) => {
            let (items, more) = pages.older_than(Some(seq), limit).await?;
            (items, more, seq <= found.last_seq)
        }
        Anchor::After(seq) => {
            let (items, more) = pages.newer_than(seq, limit).await?;
            (items, seq > 0, more)
        }
        Anchor::Around(seq) => {
            let newer = limit / 2;
            let ((mut items, before), (later, after)) = futures_util::future::try_join(
                pages.older_than(Some(seq + 1), limit - newer),
                pages.newer_than(seq, newer),
            )
            .await?;
            items.extend(later);
            (items, before, after)
        }
    };
    let people = crate::people(store, items.iter().flat_map(MessageView::names), now).await?;
    let prev_cursor = items.first().filter(|_| has_more_before).map(|m| m.id);
    let next_cursor = items.last().filter(|_| has_more_after).map(|m| m.id);
    if !ascending {
        items.reverse();
    }
    let messages = items.iter().map(|m| MessageView::of(m, &people, Some(who.user))).collect();
    Ok(Messages { messages, has_more_before, has_more_after, prev_cursor, next_cursor })
}

/// One message of a room the caller is in.
pub async fn get_message(
    store: &impl Look,
    who: Principal,
    now: Timestamp,
    id: MessageId,
) -> Result<MessageView> {
    let mut ask = who.ask_room(id.room);
    ask.messages = vec![id];
    let seen = store.look(ask, now).await?;
    who.member(&seen, id.room)?;
    let message = seen.messages.get(&id).ok_or_else(|| no_such("message"))?;
    let people = crate::people(store, MessageView::names(message), now).await?;
    Ok(MessageView::of(message, &people, Some(who.user)))
}

struct Pages<'a, S> {
    store: &'a S,
    room: RoomId,
    last_seq: u64,
}

impl<S: ReadHistory> Pages<'_, S> {
    /// Up to `limit` messages before `before`, oldest first, and whether there are older ones.
    async fn older_than(&self, before: Option<u64>, limit: usize) -> Result<(Vec<Message>, bool)> {
        let (mut items, more) = self.page(None, before, true, limit).await?;
        items.reverse();
        Ok((items, more))
    }

    /// Up to `limit` messages after `after`, oldest first, and whether there are newer ones.
    async fn newer_than(&self, after: u64, limit: usize) -> Result<(Vec<Message>, bool)> {
        self.page(Some(after), None, false, limit).await
    }

    /// Reads one more than asked for, to know whether there is more.
    async fn page(
        &self,
        after: Option<u64>,
        before: Option<u64>,
        newest_first: bool,
        limit: usize,
    ) -> Result<(Vec<Message>, bool)> {
        let last_seq = self.last_seq;
        let range = Range { after, before, last_seq, newest_first, limit: limit + 1 };
        let mut items = self.store.history(self.room, range).await?;
        let more = items.len() > limit;
        items.truncate(limit);
        Ok((items, more))
    }
}
