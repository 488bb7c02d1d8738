//! Threads `THREAD#<room>#<root> / R#<seq>`: which replies belong to a message. The replies themselves are
//! messages of the room; their number is counted on the root.

use crate::find::Find;
use crate::item::{Fields, Row, n, s, t};
use crate::write::Write;
use crate::{Table, keys};
use chat::ports::{Range, ReadThread};
use domain::{Message, MessageId, Result};

/// The message whose thread a reply is in.
fn root(reply: &Message) -> Option<MessageId> {
    reply.parent_seq.map(|seq| MessageId { room: reply.id.room, seq })
}

/// Enters a new reply, and counts it on the root. Who answers the root itself needs it undeleted.
pub(crate) fn enter(reply: &Message) -> Vec<Write> {
    let Some(root) = root(reply) else { return Vec::new() };
    let update = "SET #last_reply_at = :at ADD #reply_count :one";
    let answered = reply.reply_to_seq == Some(root.seq);
    let stands = if answered {
        "attribute_exists(PK) AND attribute_not_exists(#deleted_at)"
    } else {
        "attribute_exists(PK)"
    };
    let count = Write::update(keys::message(root), update)
        .when(stands)
        .value(":at", t(reply.created_at))
        .value(":one", n(1));
    vec![Write::put(Row::at(keys::reply(root, reply.id.seq)).build()), count]
}

/// No longer counts a reply that is being deleted. Its place in the thread stays.
pub(crate) fn leave(reply: &Message) -> Option<Write> {
    let update = "ADD #reply_count :less";
    let count = Write::update(keys::message(root(reply)?), update);
    Some(count.when("attribute_exists(PK)").value(":less", n(-1)))
}

impl ReadThread for Table {
    async fn replies(&self, root: MessageId, range: Range) -> Result<Vec<u64>> {
        let first = range.after.unwrap_or(0).saturating_add(1);
        let last = range.before.map_or(range.last_seq, |b| b.saturating_sub(1).min(range.last_seq));
        if first > last {
            return Ok(Vec::new());
        }
        let find = Find::new("PK = :thread AND SK BETWEEN :from AND :to", range.limit)
            .value(":thread", s(keys::thread_pk(root)))
            .value(":from", s(keys::reply_sk(first)))
            .value(":to", s(keys::reply_sk(last)))
            .newest_first(range.newest_first)
            .only("SK");
        let found = self.query(find).await?;
        found.items.iter().map(|item| Fields(item).in_key("SK", keys::seq_in)).collect()
    }
}
