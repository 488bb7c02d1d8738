//! Pages of a room's messages. A page asks one bucket and goes on to the next only when it is not
//! full yet.

use crate::find::Find;
use crate::item::s;
use crate::{Table, keys, messages};
use chat::ports::{Range, ReadHistory};
use domain::{Message, Result, RoomId};

/// Buckets one page walks through: 100,000 events without enough messages end it.
const BUCKETS_MAX: u64 = 10;

impl ReadHistory for Table {
    async fn history(&self, room: RoomId, range: Range) -> Result<Vec<Message>> {
        let first = range.after.unwrap_or(0).saturating_add(1);
        let last = range.before.map_or(range.last_seq, |b| b.saturating_sub(1).min(range.last_seq));
        if first > last {
            return Ok(Vec::new());
        }
        let (oldest, newest) = (keys::bucket_of(first), keys::bucket_of(last));
        let mut page = Vec::new();
        for step in 0..=(newest - oldest).min(BUCKETS_MAX - 1) {
            let bucket = if range.newest_first { newest - step } else { oldest + step };
            let find =
                Find::new("PK = :bucket AND SK BETWEEN :from AND :to", range.limit - page.len())
                    .value(":bucket", s(keys::bucket_pk(room, bucket)))
                    .value(":from", s(keys::message_sk(first)))
                    .value(":to", s(keys::message_sk(last)))
                    .newest_first(range.newest_first);
            let found = self.query(find).await?;
            for item in &found.items {
                page.push(messages::from_item(item)?);
            }
            if page.len() >= range.limit {
                break;
            }
        }
        Ok(page)
    }
}
