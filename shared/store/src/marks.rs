//! How far a member has read, and what has reached them; on the membership.

use crate::item::{n, numbers, t};
use crate::write::Write;
use crate::{Table, keys};
use aws_sdk_dynamodb::types::ReturnValue;
use chat::ports::{Commit, MarkDelivered, MarkRead};
use domain::{Membership, ReadMark, Result, RoomId, Timestamp, UserId};

impl Table {
    async fn mark(&self, write: Write) -> Result<Commit> {
        let moved = self.write(write, ReturnValue::None).await?.is_done();
        Ok(if moved { Commit::Done } else { Commit::Stale })
    }
}

impl MarkRead for Table {
    async fn mark_read(&self, was: &Membership, mark: ReadMark, now: Timestamp) -> Result<Commit> {
        let further = mark.seq > was.seen_seq;
        let passed: Vec<u64> =
            was.mention_seqs.iter().copied().filter(|seq| *seq <= mark.seq).collect();
        let mut update = "SET #read_seq = :seq, #read_ordinal = :ordinal".to_owned();
        if further {
            update.push_str(", #seen_seq = :seq, #read_at = :now");
        }
        if !passed.is_empty() {
            update.push_str(" DELETE #mention_seqs :passed");
        }
        // Whether it is further than ever was decided from what was read, and must still be so.
        let still = if further { "#seen_seq < :seq" } else { "#seen_seq >= :seq" };
        let mut write = Write::update(keys::member(was.room, was.user), update)
            .when(format!("#read_seq < :seq AND {still}"))
            .value(":seq", n(mark.seq))
            .value(":ordinal", n(mark.ordinal));
        if further {
            write = write.value(":now", t(now));
        }
        if !passed.is_empty() {
            write = write.value(":passed", numbers(passed));
        }
        self.mark(write).await
    }

    async fn mark_unread(
        &self,
        was: &Membership,
        mark: ReadMark,
        mentions: &[u64],
    ) -> Result<Commit> {
        let mut update = "SET #read_seq = :seq, #read_ordinal = :ordinal".to_owned();
        if !mentions.is_empty() {
            update.push_str(" ADD #mention_seqs :mentions");
        }
        let mut write = Write::update(keys::member(was.room, was.user), update)
            .when("#read_seq = :was")
            .value(":was", n(was.read.seq))
            .value(":seq", n(mark.seq))
            .value(":ordinal", n(mark.ordinal));
        if !mentions.is_empty() {
            write = write.value(":mentions", numbers(mentions.iter().copied()));
        }
        self.mark(write).await
    }
}

impl MarkDelivered for Table {
    async fn mark_delivered(
        &self,
        room: RoomId,
        user: UserId,
        seq: u64,
        now: Timestamp,
    ) -> Result<Commit> {
        let update = "SET #delivered_seq = :seq, #delivered_at = :now";
        let write = Write::update(keys::member(room, user), update)
            .when("#delivered_seq < :seq")
            .value(":seq", n(seq))
            .value(":now", t(now));
        self.mark(write).await
    }
}
