//! Log entries `ROOM#<room>#<bucket> / E#<seq>`: what changed in a room, without any text.

use crate::find::Find;
use crate::item::{Fields, Item, Row, s};
use crate::write::Write;
use crate::{Table, audit, keys, messages};
use chat::ports::ReadLog;
use domain::{ChatError, LogEntry, Message, Result, RoomId, UserId};

/// Buckets one call walks through: 100,000 events, far more than a client may be behind.
const BUCKETS_MAX: u64 = 10;

pub(crate) fn to_item(entry: &LogEntry) -> Result<Item> {
    let change = serde_json::to_string(&entry.change)
        .map_err(|_| ChatError::unavailable("item: attribute change cannot be written"))?;
    let row = Row::at(keys::entry(entry.room, entry.seq))
        .time("at", entry.at)
        .number("ordinal", entry.ordinal)
        .text("actor", entry.actor)
        .text("change", change);
    Ok(row.build())
}

pub(crate) fn from_item(item: &Item) -> Result<LogEntry> {
    let f = Fields(item);
    Ok(LogEntry {
        room: f.in_key("PK", keys::room_in)?,
        seq: f.in_key("SK", keys::seq_in)?,
        at: f.time("at")?,
        ordinal: f.number_opt("ordinal")?.unwrap_or(0),
        actor: f.parsed("actor")?,
        change: f.read("change", |text| serde_json::from_str(text).ok())?,
    })
}

/// A change's writes, with behind them the entry that logs it, under its number, which must be free,
/// the system message it leaves in the history, and the audit record, where it leaves them.
pub(crate) fn with(writes: Vec<Write>, entry: &LogEntry) -> Result<Vec<Write>> {
    with_subject(writes, entry, None)
}

/// The same where the change does not say whom it is about.
pub(crate) fn with_subject(
    mut writes: Vec<Write>,
    entry: &LogEntry,
    subject: Option<UserId>,
) -> Result<Vec<Write>> {
    writes.extend(entry.audit(subject).map(|record| audit::put(&record)));
    writes.push(Write::put_new(to_item(entry)?));
    if let Some(line) = entry.system_message() {
        writes.push(Write::put_new(messages::to_item(&line)?));
    }
    Ok(writes)
}

impl Table {
    /// The entries or messages after a number, oldest first, bucket after bucket.
    async fn after(
        &self,
        room: RoomId,
        after: u64,
        last_seq: u64,
        limit: usize,
        place: fn(u64) -> String,
    ) -> Result<Vec<Item>> {
        let mut items = Vec::new();
        let first = keys::bucket_of(after + 1);
        let last = keys::bucket_of(last_seq).min(first + BUCKETS_MAX - 1);
        for bucket in first..=last {
            if items.len() >= limit || after >= last_seq {
                break;
            }
            let find = Find::new("PK = :bucket AND SK BETWEEN :from AND :to", limit - items.len())
                .value(":bucket", s(keys::bucket_pk(room, bucket)))
                .value(":from", s(place(after + 1)))
                .value(":to", s(place(last_seq)));
            items.extend(self.query(find).await?.items);
        }
        Ok(items)
    }
}

impl ReadLog for Table {
    async fn log(
        &self,
        room: RoomId,
        after: u64,
        last_seq: u64,
        limit: usize,
    ) -> Result<(Vec<Message>, Vec<LogEntry>)> {
        let (written, changed) = futures_util::future::try_join(
            self.after(room, after, last_seq, limit, keys::message_sk),
            self.after(room, after, last_seq, limit, keys::entry_sk),
        )
        .await?;
        let written = written.iter().map(messages::from_item).collect::<Result<_>>()?;
        Ok((written, changed.iter().map(from_item).collect::<Result<_>>()?))
    }
}
