//! Reads a room's messages, a page at a time, and single messages.

use crate::deliver::note_arrival;
use crate::event::Receipt;
use crate::gate::{Principal, no_such};
use crate::ports::{Look, MarkDelivered, Publish, Range, ReadHistory};
use crate::view::MessageView;
use domain::{Membership, Message, MessageId, Result, Room, RoomId, Timestamp};
use serde::Serialize;

/// Bytes of messages in one page. A Lambda answers with at most 6 MB, in which a body is JSON within JSON.
pub(crate) const PAGE_BYTES_MAX: usize = 2_500_000;

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
/// trips: who may read, the messages, the people they name. What the other one wrote in a direct room has
/// arrived with it. A page of very long messages holds fewer than asked for.
#[allow(clippy::too_many_arguments, reason = "the route's parameters")]
pub async fn list_messages(
    store: &(impl Look + ReadHistory + MarkDelivered),
    fanout: &impl Publish,
    who: Principal,
    now: Timestamp,
    room: RoomId,
    anchor: Anchor,
    limit: usize,
    ascending: bool,
) -> Result<Messages> {
    let seen = store.look(who.ask_room(room), now).await?;
    let (found, member) = who.member(&seen, room)?;
    let pages = Reader { store, room, last_seq: found.last_seq };
    let (items, has_more_before, has_more_after) = match anchor {
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
    note_read_page(store, fanout, found, member, &items, now).await;
    let messages = items.iter().map(|m| MessageView::of(m, &people, Some(who.user))).collect();
    Ok(bounded(Pages { messages, has_more_before, has_more_after }, anchor, ascending))
}

/// A page before it is known to fit; oldest first.
pub(crate) struct Pages {
    pub(crate) messages: Vec<MessageView>,
    pub(crate) has_more_before: bool,
    pub(crate) has_more_after: bool,
}

/// The page, without what lies farthest from its anchor where that would be too large an answer.
pub(crate) fn bounded(page: Pages, anchor: Anchor, ascending: bool) -> Messages {
    let Pages { mut messages, mut has_more_before, mut has_more_after } = page;
    let size = |m: &MessageView| serde_json::to_vec(m).map_or(0, |json| json.len());
    let mut bytes: usize = messages.iter().map(size).sum();
    while bytes > PAGE_BYTES_MAX && messages.len() > 1 {
        let middle = |seq| messages.partition_point(|m| m.seq < seq) > messages.len() / 2;
        let oldest = match anchor {
            Anchor::Newest | Anchor::Before(_) => true,
            Anchor::Oldest | Anchor::After(_) => false,
            Anchor::Around(seq) => middle(seq),
        };
        let dropped = if oldest { Some(messages.remove(0)) } else { messages.pop() };
        bytes -= dropped.as_ref().map_or(0, size);
        has_more_before |= oldest;
        has_more_after |= !oldest;
    }
    let prev_cursor = messages.first().filter(|_| has_more_before).map(|m| m.id);
    let next_cursor = messages.last().filter(|_| has_more_after).map(|m| m.id);
    if !ascending {
        messages.reverse();
    }
    Messages { messages, has_more_before, has_more_after, prev_cursor, next_cursor }
}

/// In a direct room, what the other one wrote has arrived with the page it is in. Left for the next page
/// if it cannot be noted: the mark only says too little until then.
async fn note_read_page(
    store: &impl MarkDelivered,
    fanout: &impl Publish,
    room: &Room,
    member: &Membership,
    items: &[Message],
    now: Timestamp,
) {
    let Some(from) = room.peer_of(member.user) else { return };
    let Some(last) = items.iter().rev().find(|m| m.sender == from) else { return };
    if last.id.seq > member.delivered_seq {
        let receipt = Receipt { from, to: member.user };
        let _ = note_arrival(store, fanout, room.id, receipt, last.id.seq, now).await;
    }
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

struct Reader<'a, S> {
    store: &'a S,
    room: RoomId,
    last_seq: u64,
}

impl<S: ReadHistory> Reader<'_, S> {
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
