//! A page of a chat: what stands, newest first. Parlance keeps the places of deleted messages, and lines of the
//! system; chats have neither, so a page is filled over them.

use crate::paging::Paging;
use chat::view::MessageView;
use chat::{Anchor, Messages};
use domain::{MessageId, MessageKind, Result};

/// How many reads fill a page at the most.
const READS_MAX: usize = 5;
/// How many messages a read brings once the first has not filled the page.
const MORE: usize = 100;

/// A page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// What stands, newest first.
    pub messages: Vec<MessageView>,
    /// Where older ones go on: always, unless there is nothing older and the page is empty.
    pub older: Option<MessageId>,
    /// Where newer ones go on.
    pub newer: Option<MessageId>,
}

/// Fills a page; `read` brings messages, newest first.
pub async fn fill(
    page: Paging<MessageId>,
    read: impl AsyncFn(Anchor, usize) -> Result<Messages>,
) -> Result<Found> {
    let mut messages = Vec::new();
    let older_than = page.older_than.map(|id| id.seq);
    let newer_than = page.newer_than.map_or(0, |id| id.seq);
    let mut anchor = match (page.nearest, older_than) {
        (true, _) => Anchor::After(newer_than),
        (false, Some(seq)) => Anchor::Before(seq),
        (false, None) => Anchor::Newest,
    };
    let wanted = |seq: u64| seq > newer_than && older_than.is_none_or(|end| seq < end);
    let mut seen = None;
    for turn in 0..READS_MAX {
        let size = if turn == 0 { page.limit } else { MORE };
        let mut read = read(anchor, size).await?;
        if page.nearest {
            read.messages.reverse();
        }
        let Some(last) = read.messages.last().map(|m| m.id) else { break };
        seen = Some(last);
        let more = if page.nearest { read.has_more_after } else { read.has_more_before };
        let past = !wanted(last.seq);
        messages.extend(read.messages.into_iter().filter(|m| wanted(m.seq) && stands(m)));
        if messages.len() >= page.limit || past || !more {
            if !more || past {
                seen = None;
            }
            break;
        }
        anchor = if page.nearest { Anchor::After(last.seq) } else { Anchor::Before(last.seq) };
    }
    messages.truncate(page.limit);
    if page.nearest {
        messages.reverse();
    }
    let (first, last) = (messages.first().map(|m| m.id), messages.last().map(|m| m.id));
    // An empty page of what was deleted leads on as well, or a walk would end before its end.
    let (beyond, before) = if page.nearest { (None, seen) } else { (seen, None) };
    Ok(Found { older: last.or(beyond), newer: first.or(before), messages })
}

fn stands(message: &MessageView) -> bool {
    !message.deleted && message.kind != MessageKind::System
}

#[cfg(test)]
mod tests {
    use super::*;
    use chat::view::People;
    use domain::{Message, RoomId, Timestamp, UserId};

    fn id(seq: u64) -> MessageId {
        MessageId { room: RoomId::new(Timestamp::from_ms(0), [1; 10]), seq }
    }

    /// A room of 300 messages; those between 11 and 290 were deleted.
    async fn read(anchor: Anchor, limit: usize) -> Result<Messages> {
        let all: Vec<u64> = match anchor {
            Anchor::After(seq) => (1..=300).filter(|n| *n > seq).take(limit).collect(),
            Anchor::Before(seq) => (1..=300).rev().filter(|n| *n < seq).take(limit).collect(),
            _ => (1..=300).rev().take(limit).collect(),
        };
        let view = |seq: &u64| {
            let sender = UserId::new(Timestamp::from_ms(0), [1; 10]);
            let at = Timestamp::from_ms(0);
            let mut message = Message::new(id(*seq), sender, "x".into(), at, *seq);
            message.deleted = (11..=290).contains(seq).then_some((at, sender));
            MessageView::of(&message, &People::new(), None)
        };
        let mut messages: Vec<MessageView> = all.iter().map(view).collect();
        messages.sort_by_key(|m| std::cmp::Reverse(m.seq));
        let has = |end: u64| !messages.is_empty() && messages.iter().all(|m| m.seq != end);
        let (has_more_before, has_more_after) = (has(1), has(300));
        Ok(Messages {
            has_more_before,
            has_more_after,
            messages,
            prev_cursor: None,
            next_cursor: None,
        })
    }

    fn page(max: Option<u64>, min: Option<u64>, nearest: bool) -> Paging<MessageId> {
        let (older_than, newer_than) = (max.map(id), min.map(id));
        Paging { older_than, newer_than, nearest, limit: 5, offset: 0, asked: true }
    }

    async fn seqs(page: Paging<MessageId>) -> (Vec<u64>, Option<u64>, Option<u64>) {
        let found = fill(page, read).await.unwrap();
        let seq = |id: Option<MessageId>| id.map(|id| id.seq);
        (found.messages.iter().map(|m| m.seq).collect(), seq(found.older), seq(found.newer))
    }

    #[tokio::test]
    async fn pages_are_filled_over_what_was_deleted() {
        assert_eq!(
            seqs(page(None, None, false)).await,
            (vec![300, 299, 298, 297, 296], Some(296), Some(300))
        );
        assert_eq!(
            seqs(page(Some(293), None, false)).await,
            (vec![292, 291, 10, 9, 8], Some(8), Some(292))
        );
        assert_eq!(seqs(page(Some(3), None, false)).await, (vec![2, 1], Some(1), Some(2)));
        assert_eq!(seqs(page(Some(1), None, false)).await, (vec![], None, None), "the end");
        assert_eq!(
            seqs(page(None, Some(298), false)).await,
            (vec![300, 299], Some(299), Some(300))
        );
        assert_eq!(
            seqs(page(None, Some(8), true)).await,
            (vec![293, 292, 291, 10, 9], Some(9), Some(293))
        );
        assert_eq!(seqs(page(Some(10), Some(5), true)).await, (vec![9, 8, 7, 6], Some(6), Some(9)));
        assert_eq!(seqs(page(None, Some(300), true)).await, (vec![], None, None));
    }

    #[tokio::test]
    async fn a_desert_of_deleted_messages_is_crossed_in_steps() {
        let deleted = async |anchor: Anchor, limit: usize| {
            let mut page = read(anchor, limit.min(10)).await?;
            page.messages.iter_mut().for_each(|m| m.deleted |= m.seq > 1);
            Ok(page)
        };
        let (mut place, mut pages) = (None, 0);
        loop {
            let found = fill(page(place, None, false), deleted).await.unwrap();
            pages += 1;
            if let Some(first) = found.messages.first() {
                assert_eq!(first.seq, 1);
                break;
            }
            place = found.older.map(|id| id.seq);
            assert!(place.is_some() && pages < 20, "the walk must go on");
        }
        assert!(pages > 1);
    }
}
