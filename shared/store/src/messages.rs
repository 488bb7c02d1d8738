//! Messages `ROOM#<room>#<bucket> / M#<seq>`: storing, editing, deleting.
//!
//! Reactions live on the message. Each emoji has a string set of users as an attribute of its own,
//! `reaction:<emoji>`: ADD and DELETE on sets, which lose nothing when many react at once, are only
//! promised for top-level attributes (UpdateItem, API reference). The map `reaction_first` holds for
//! each emoji in use the event that used it first; `reaction_count` is the sum.

use crate::item::{Fields, Item, Row, n, s, t};
use crate::write::{Outcome, Write};
use crate::{Table, files, keys, log, pins, rates, sent};
use aws_sdk_dynamodb::types::AttributeValue;
use chat::ports::{ChangeMessage, Commit, CommitMessage, NewMessage, RateKey};
use domain::{LogEntry, Message, MessageId, MessageKind, Reaction, Result};

/// A message that is there, not deleted and as it was read.
const AS_READ: &str =
    "attribute_exists(PK) AND attribute_not_exists(#deleted_at) AND #changed_seq = :was";

/// The attribute that holds who reacted with an emoji.
pub(crate) fn reaction_attribute(emoji: &str) -> String {
    format!("reaction:{emoji}")
}

pub(crate) fn to_item(message: &Message) -> Result<Item> {
    let firsts = message
        .reactions
        .iter()
        .fold(Row::map(), |firsts, reaction| firsts.number(&reaction.emoji, reaction.first_seq));
    let row = Row::at(keys::message(message.id))
        .text("sender", message.sender)
        .text("kind", message.kind.as_str())
        .time("created_at", message.created_at)
        .time_opt("edited_at", message.edited_at)
        .number_opt("parent_seq", message.parent_seq)
        .number_opt("reply_to_seq", message.reply_to_seq)
        .text_opt("client_key", message.client_key.as_ref())
        .number("ordinal", message.ordinal)
        .number("changed_seq", message.changed_seq)
        .number("reply_count", message.reply_count)
        .time_opt("last_reply_at", message.last_reply_at)
        .flag("pinned", message.pinned)
        .flag("mentions_all", message.mentions_all)
        .json("mentions", &message.mentions)?
        .json("attachments", &message.attachments)?
        .json("system", &message.system)?;
    let row = match message.deleted {
        Some((at, by)) => row.time("deleted_at", at).text("deleted_by", by),
        None => row
            .text("body", &message.body)
            .value("reaction_first", AttributeValue::M(firsts.build()))
            .number(
                "reaction_count",
                message.reactions.iter().map(|r| r.users.len()).sum::<usize>(),
            ),
    };
    let reactions = message.reactions.iter().filter(|r| !r.users.is_empty());
    let row = reactions.fold(row, |row, reaction| {
        let users = reaction.users.iter().map(ToString::to_string).collect();
        row.value(reaction_attribute(&reaction.emoji), AttributeValue::Ss(users))
    });
    Ok(row.build())
}

pub(crate) fn from_item(item: &Item) -> Result<Message> {
    let f = Fields(item);
    let deleted = f.time_opt("deleted_at")?.zip(f.parsed_opt("deleted_by")?);
    let mut reactions = Vec::new();
    if let Some(firsts) = f.map_opt("reaction_first")? {
        for emoji in firsts.names() {
            let users = f.set(&reaction_attribute(emoji))?;
            let first_seq = firsts.number(emoji)?;
            reactions.push(Reaction { emoji: emoji.to_owned(), first_seq, users });
        }
    }
    reactions.retain(|r| !r.users.is_empty());
    reactions.sort_by_key(|r| r.first_seq);
    Ok(Message {
        id: MessageId { room: f.in_key("PK", keys::room_in)?, seq: f.in_key("SK", keys::seq_in)? },
        sender: f.parsed("sender")?,
        kind: f.read("kind", MessageKind::parse)?,
        body: if deleted.is_some() { String::new() } else { f.string("body")? },
        created_at: f.time("created_at")?,
        edited_at: f.time_opt("edited_at")?,
        deleted,
        parent_seq: f.number_opt("parent_seq")?,
        reply_to_seq: f.number_opt("reply_to_seq")?,
        client_key: f.string_opt("client_key")?,
        ordinal: f.number("ordinal")?,
        changed_seq: f.number("changed_seq")?,
        reactions,
        attachments: f.json("attachments")?,
        mentions: f.json("mentions")?,
        mentions_all: f.flag("mentions_all")?,
        reply_count: f.number_opt("reply_count")?.unwrap_or(0),
        last_reply_at: f.time_opt("last_reply_at")?,
        pinned: f.flag("pinned")?,
        system: f.json("system")?,
    })
}

/// The sender may write, checked without moving the read mark, or moving it to the message.
fn sender_may_write(message: &Message, mark: bool) -> Write {
    let key = keys::member(message.id.room, message.sender);
    let may_write = "attribute_exists(PK) AND \
                     (attribute_not_exists(#silenced_until) OR #silenced_until <= :now)";
    let write = if mark {
        Write::update(key, "SET #read_seq = :seq, #read_ordinal = :ordinal, #read_at = :now")
            .when(format!("{may_write} AND #read_seq < :seq"))
            .value(":seq", n(message.id.seq))
            .value(":ordinal", n(message.ordinal))
    } else {
        Write::check(key).when(may_write)
    };
    write.value(":now", t(message.created_at))
}

/// Whether the membership that refused a send has its read mark at or behind the message: marks
/// move forward only, so the send must then leave it alone.
fn read_further(member: &Item, message: &Message) -> Result<bool> {
    Ok(Fields(member).number_opt::<u64>("read_seq")?.is_some_and(|seq| seq >= message.id.seq))
}

impl CommitMessage for Table {
    async fn commit_message(&self, new: NewMessage<'_>) -> Result<Commit> {
        let message = new.message;
        let (window, limit) = new.rate;
        let rate = rates::put(&RateKey::Send(message.sender), window, limit);
        let mut writes =
            vec![sender_may_write(message, true), Write::put_new(to_item(message)?), rate];
        if let Some(record) = new.sent {
            writes.push(sent::put(message, record)?);
        }
        let attach = |file: &domain::Attached| {
            files::attach(file.id, message.id, message.sender, message.created_at)
        };
        writes.extend(message.attachments.iter().map(attach));
        match self.transact(writes.clone()).await? {
            Outcome::Failed(as_it_was) => {
                let member = as_it_was.into_iter().next().flatten();
                let Some(member) = member else { return Ok(Commit::Stale) };
                if !read_further(&member, message)? {
                    return Ok(Commit::Stale);
                }
                writes[0] = sender_may_write(message, false);
                Ok(self.transact(writes).await?.commit())
            }
            outcome => Ok(outcome.commit()),
        }
    }
}

impl ChangeMessage for Table {
    async fn commit_edit(&self, was: &Message, body: &str, entry: &LogEntry) -> Result<Commit> {
        let update = "SET #body = :body, #edited_at = :at, #changed_seq = :seq";
        let edit = Write::update(keys::message(was.id), update)
            .when(AS_READ)
            .value(":was", n(was.changed_seq))
            .value(":body", s(body))
            .value(":at", t(entry.at))
            .value(":seq", n(entry.seq));
        Ok(self.transact(log::with(vec![edit], entry)?).await?.commit())
    }

    async fn commit_delete(&self, was: &Message, entry: &LogEntry) -> Result<Commit> {
        let tombstone = was.tombstone(entry.at, entry.actor, entry.seq);
        // The whole item is replaced: a reaction that came since the message was read goes as well.
        let bury = Write::put(to_item(&tombstone)?).value(":was", n(was.changed_seq));
        let mut writes = vec![bury.when(format!("{AS_READ} AND {}", pins::as_read(was)))];
        writes.extend(pins::forget(was));
        writes.extend(was.attachments.iter().map(|file| files::release(file.id, entry.at)));
        Ok(self.transact(log::with(writes, entry)?).await?.commit())
    }
}
