//! Emptying deleted rooms, page by page.

use crate::call::{TRIES_MAX, back_off, failed};
use crate::find::{Find, key_item};
use crate::item::{Fields, Row, s};
use crate::keys::{self, Key};
use crate::write::Write;
use crate::{Table, files};
use aws_sdk_dynamodb::types::{DeleteRequest, ReturnValue, WriteRequest};
use chat::ports::Purge;
use domain::{Attached, ChatError, MessageId, Result, RoomId, Timestamp, UserId};
use std::collections::HashMap;

/// Writes one `BatchWriteItem` takes (DynamoDB's limit).
const BATCH_WRITES_MAX: usize = 25;
/// How long a purged room's id stays used up, in milliseconds (30 days): queues keep what they hold for
/// 14 days at the most, so no purge can come after this and meet a room that was opened anew.
const TOMBSTONE_KEPT_MS: i64 = 30 * 24 * 60 * 60 * 1000;

impl Table {
    /// Deletes items, whether or not they are there.
    async fn delete_all(&self, keys: Vec<Key>) -> Result<()> {
        for batch in keys.chunks(BATCH_WRITES_MAX) {
            let mut left = Vec::with_capacity(batch.len());
            for key in batch {
                let delete = DeleteRequest::builder().set_key(Some(key_item(key.clone()))).build();
                let delete = delete
                    .map_err(|_| ChatError::unavailable("dynamodb BatchWriteItem: not sent"))?;
                left.push(WriteRequest::builder().delete_request(delete).build());
            }
            let mut fruitless = 0;
            while !left.is_empty() {
                let asked = left.len();
                let answer = self
                    .client
                    .batch_write_item()
                    .request_items(&self.name, left)
                    .send()
                    .await
                    .map_err(|e| failed("BatchWriteItem", &e))?;
                let unprocessed = answer.unprocessed_items.into_iter();
                left = unprocessed.flat_map(HashMap::into_values).flatten().collect();
                if left.len() == asked {
                    fruitless += 1;
                    if fruitless == TRIES_MAX {
                        return Err(ChatError::unavailable("dynamodb BatchWriteItem: throttled"));
                    }
                    back_off(fruitless).await;
                }
            }
        }
        Ok(())
    }

    /// The keys of up to `limit` items of a partition.
    async fn keys_in(&self, find: Find) -> Result<Vec<Key>> {
        let found = self.query(find.only("PK, SK")).await?;
        found.items.iter().map(|item| Fields(item).key()).collect()
    }
}

impl Purge for Table {
    async fn deleted_room(&self, room: RoomId) -> Result<Option<u64>> {
        let Some(item) = self.get(keys::room(room)).await? else { return Ok(None) };
        let f = Fields(&item);
        if f.time_opt("deleted_at")?.is_none() || f.time_opt("purged_at")?.is_some() {
            return Ok(None);
        }
        Ok(Some(keys::bucket_of(f.number("last_seq")?)))
    }

    async fn forget_members(&self, room: RoomId, users: &[UserId]) -> Result<()> {
        // The list first: a membership that is still there is found again.
        self.delete_all(users.iter().map(|user| keys::listed(*user, room)).collect()).await?;
        self.delete_all(users.iter().map(|user| keys::member(room, *user)).collect()).await
    }

    async fn forget_rows(&self, room: RoomId, limit: usize) -> Result<usize> {
        let find = Find::new("PK = :room", limit + 1).value(":room", s(keys::room_pk(room)));
        let mut rows = self.keys_in(find).await?;
        rows.retain(|key| *key != keys::room(room));
        rows.truncate(limit);
        let places = rows.iter().filter_map(|key| keys::invite_place_in(&key.sk));
        let invites = places.filter_map(keys::code_at).map(|code| keys::invite(&code)).collect();
        self.delete_all(invites).await?;
        let count = rows.len();
        self.delete_all(rows).await?;
        Ok(count)
    }

    async fn forget_bucket(
        &self,
        room: RoomId,
        bucket: u64,
        limit: usize,
        now: Timestamp,
    ) -> Result<usize> {
        let find =
            Find::new("PK = :bucket", limit).value(":bucket", s(keys::bucket_pk(room, bucket)));
        let found = self.query(find.only("PK, SK, #attachments, #parent_seq")).await?;
        // Files first: a message that is still there is found again, and its files with it.
        for item in &found.items {
            for file in Fields(item).json::<Vec<Attached>>("attachments")? {
                self.write(files::release(file.id, now), ReturnValue::None).await?;
            }
        }
        let mut rows = Vec::with_capacity(found.items.len());
        for item in &found.items {
            let (key, root) = (Fields(item).key()?, Fields(item).number_opt("parent_seq")?);
            // A reply's place in its thread goes before the reply, for the same reason.
            let place = root.zip(keys::seq_in(&key.sk));
            rows.extend(place.map(|(root, seq)| keys::reply(MessageId { room, seq: root }, seq)));
            rows.push(key);
        }
        self.delete_all(rows).await?;
        Ok(found.items.len())
    }

    async fn finish_purge(&self, room: RoomId, now: Timestamp) -> Result<()> {
        // The whole item is replaced: name and description go as well.
        let tombstone = Row::at(keys::room(room))
            .time("deleted_at", now)
            .time("purged_at", now)
            .ends(now.plus_ms(TOMBSTONE_KEPT_MS))
            .build();
        let bury = Write::put(tombstone)
            .when("attribute_exists(#deleted_at) AND attribute_not_exists(#purged_at)");
        self.write(bury, ReturnValue::None).await.map(|_| ())
    }
}
