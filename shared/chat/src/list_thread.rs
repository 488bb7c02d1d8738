//! Reads a thread: its root and a page of its replies; and a message's earlier texts.

use crate::gate::{Principal, no_such};
use crate::list_messages::{Messages, Pages, bounded};
use crate::ports::{Ask, Look, Range, ReadThread, ReadVersions};
use crate::view::MessageView;
use domain::{FieldError, Message, MessageId, Result, Timestamp, may_see_edits};
use schemars::JsonSchema;
use serde::Serialize;

pub use crate::list_messages::Anchor;

/// A thread's root and a page of its replies.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct Thread {
    pub root: MessageView,
    #[serde(flatten)]
    pub replies: Messages,
}

/// The thread that `id` is the root of or a reply in: the page at `anchor`, at most `limit` (1-100)
/// replies, oldest first if `ascending`.
pub async fn list_thread(
    store: &(impl Look + ReadThread),
    who: Principal,
    now: Timestamp,
    id: MessageId,
    anchor: Anchor,
    limit: usize,
    ascending: bool,
) -> Result<Thread> {
    let mut ask = who.ask_room(id.room);
    ask.messages = vec![id];
    let seen = store.look(ask, now).await?;
    let (room, _) = who.member(&seen, id.room)?;
    let message = seen.messages.get(&id).ok_or_else(|| no_such("message"))?;
    let root = MessageId { room: id.room, seq: message.parent_seq.unwrap_or(id.seq) };
    let range = |after, before, newest_first| Range {
        after,
        before,
        last_seq: room.last_seq,
        newest_first,
        limit: limit + 1,
    };
    let (range, before_known, after_known) = match anchor {
        Anchor::Newest => (range(None, None, true), None, Some(false)),
        Anchor::Oldest => (range(None, None, false), Some(false), None),
        Anchor::Before(seq) => (range(None, Some(seq), true), None, Some(seq <= room.last_seq)),
        Anchor::After(seq) => (range(Some(seq), None, false), Some(seq > root.seq), None),
        Anchor::Around(_) => {
            let expected = "is not for threads";
            return Err(FieldError::new("around", "invalid", expected).into());
        }
    };
    let mut seqs = store.replies(root, range).await?;
    let more = seqs.len() > limit;
    seqs.truncate(limit);
    if range.newest_first {
        seqs.reverse();
    }
    let ids: Vec<MessageId> =
        seqs.iter().map(|seq| MessageId { room: id.room, seq: *seq }).collect();
    let ask = Ask { messages: ids.iter().copied().chain([root]).collect(), ..Ask::default() };
    let mut found = store.look(ask, now).await?.messages;
    let items: Vec<Message> = ids.iter().filter_map(|id| found.get(id).cloned()).collect();
    let top = found.remove(&root).ok_or_else(|| no_such("message"))?;
    let named = items.iter().chain([&top]).flat_map(MessageView::names);
    let people = crate::people(store, named, now).await?;
    let pages = Pages {
        messages: items.iter().map(|m| MessageView::of(m, &people, Some(who.user))).collect(),
        has_more_before: before_known.unwrap_or(more),
        has_more_after: after_known.unwrap_or(more),
    };
    let replies = bounded(pages, anchor, ascending);
    Ok(Thread { root: MessageView::of(&top, &people, Some(who.user)), replies })
}

/// A text that a message had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct VersionView {
    pub content: String,
    pub from: Timestamp,
    pub until: Timestamp,
}

/// A message's earlier texts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct Versions {
    pub message_id: MessageId,
    pub edit_count: u64,
    pub versions: Vec<VersionView>,
}

/// What a message's text was before each of its latest 50 edits, oldest first: for its sender, admins and
/// the owner.
pub async fn list_edits(
    store: &(impl Look + ReadVersions),
    who: Principal,
    now: Timestamp,
    id: MessageId,
) -> Result<Versions> {
    let mut ask = who.ask_room(id.room);
    ask.messages = vec![id];
    let seen = store.look(ask, now).await?;
    let (_, member) = who.member(&seen, id.room)?;
    let message = seen.messages.get(&id).ok_or_else(|| no_such("message"))?;
    may_see_edits(message, who.user, member.role)?;
    let versions = match message.edits {
        0 => Vec::new(),
        _ => store.versions(id).await?,
    };
    let shown = versions
        .into_iter()
        .map(|v| VersionView { content: v.body, from: v.from, until: v.until })
        .collect();
    Ok(Versions { message_id: id, edit_count: message.edits, versions: shown })
}
