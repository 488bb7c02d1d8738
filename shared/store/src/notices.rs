//! Notifications `USER#<user> / NOTICE#<id>`, in order of their ids, thirty days each. Beside them
//! `NOTICE-DIRECT#<room>`, which says which of them is the unread one of a direct room, and
//! `NOTICES-READ`, up to where everything has been marked as read.

use crate::find::Find;
use crate::item::{Fields, Item, Row, n, numbers, s, t};
use crate::write::{Write, Written};
use crate::{Table, keys};
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use chat::ports::{Commit, MarkNotices, ReadNotices, WriteNotices};
use domain::{
    DirectNotice, MENTION_SEQS_MAX, Notification, NotificationId, NotificationKind, ReadUpTo,
    Result, RoomId, Timestamp, UserId,
};

/// How many mentions more than are kept may gather before the oldest are forgotten.
const MENTIONS_SURPLUS: usize = 20;

fn to_item(notice: &Notification) -> Item {
    Row::at(keys::notice(notice.user, notice.id))
        .text("kind", notice.kind.as_str())
        .text("room", notice.room)
        .number("seq", notice.seq)
        .text("actor", notice.actor)
        .number("count", notice.count)
        .time("created_at", notice.created_at)
        .time("noted_at", notice.noted_at)
        .flag("read", notice.read)
        .ends(notice.ends_at())
        .build()
}

fn from_item(item: &Item) -> Result<Notification> {
    let f = Fields(item);
    Ok(Notification {
        id: f.in_key("SK", keys::notice_in)?,
        user: f.in_key("PK", keys::user_in)?,
        kind: f.read("kind", NotificationKind::parse)?,
        room: f.parsed("room")?,
        seq: f.number("seq")?,
        actor: f.parsed("actor")?,
        count: f.number("count")?,
        created_at: f.time("created_at")?,
        noted_at: f.time("noted_at")?,
        read: f.flag("read")?,
    })
}

fn direct_item(user: UserId, room: RoomId, direct: &DirectNotice, ends_at: Timestamp) -> Item {
    Row::at(keys::direct_notice(user, room))
        .text("id", direct.id)
        .number("first_seq", direct.first_seq)
        .number("seq", direct.seq)
        .number("count", direct.count)
        .ends(ends_at)
        .build()
}

impl ReadNotices for Table {
    async fn notices(
        &self,
        user: UserId,
        before: Option<NotificationId>,
        since: Option<NotificationId>,
        limit: usize,
        now: Timestamp,
    ) -> Result<Vec<Notification>> {
        let from = since.map_or_else(|| keys::NOTICES.to_owned(), keys::notice_sk);
        // The newest of all: `~` sorts behind every digit and letter of an id.
        let to = before.map_or_else(|| format!("{}~", keys::NOTICES), keys::notice_sk);
        let wanted = limit + usize::from(before.is_some());
        let find = Find::new("PK = :user AND SK BETWEEN :from AND :to", wanted)
            .value(":user", s(keys::user_pk(user)))
            .value(":from", s(from))
            .value(":to", s(to))
            .newest_first(true);
        let mut found = Vec::new();
        for item in &self.query(find).await?.items {
            let notice = from_item(item)?;
            if Some(notice.id) != before && notice.ends_at() > now {
                found.push(notice);
            }
        }
        found.truncate(limit);
        Ok(found)
    }

    async fn notice(
        &self,
        user: UserId,
        id: NotificationId,
        now: Timestamp,
    ) -> Result<Option<Notification>> {
        let item = self.get(keys::notice(user, id)).await?;
        let notice = item.as_ref().map(from_item).transpose()?;
        Ok(notice.filter(|notice| notice.ends_at() > now))
    }

    async fn read_up_to(&self, user: UserId) -> Result<Option<ReadUpTo>> {
        let Some(item) = self.get(keys::notices_read(user)).await? else { return Ok(None) };
        let f = Fields(&item);
        Ok(Some(ReadUpTo {
            id: f.parsed("id")?,
            created_at: f.time("created_at")?,
            noted_at: f.time("noted_at")?,
        }))
    }
}

impl MarkNotices for Table {
    async fn mark_notice(&self, user: UserId, id: NotificationId, now: Timestamp) -> Result<bool> {
        let mark = Write::update(keys::notice(user, id), "SET #read = :on")
            .when("attribute_exists(PK) AND #ends_at > :now")
            .value(":on", AttributeValue::Bool(true))
            .value(":now", t(now));
        Ok(self.write(mark, ReturnValue::None).await?.is_done())
    }

    async fn mark_up_to(&self, user: UserId, mark: ReadUpTo) -> Result<()> {
        let put = Row::at(keys::notices_read(user))
            .text("id", mark.id)
            .time("created_at", mark.created_at)
            .time("noted_at", mark.noted_at)
            .build();
        // Ids are texts that sort by time.
        let put = Write::put(put)
            .when("attribute_not_exists(PK) OR (#id <= :id AND #noted_at <= :noted_at)")
            .value(":id", s(mark.id))
            .value(":noted_at", t(mark.noted_at));
        self.write(put, ReturnValue::None).await.map(|_| ())
    }
}

impl WriteNotices for Table {
    async fn put_notice(&self, notice: &Notification) -> Result<bool> {
        let put = Write::put_new(to_item(notice));
        Ok(self.write(put, ReturnValue::None).await?.is_done())
    }

    async fn direct_notice(
        &self,
        user: UserId,
        room: RoomId,
        now: Timestamp,
    ) -> Result<Option<DirectNotice>> {
        let Some(item) = self.get(keys::direct_notice(user, room)).await? else { return Ok(None) };
        let f = Fields(&item);
        if !f.stands(now)? {
            return Ok(None);
        }
        Ok(Some(DirectNotice {
            id: f.parsed("id")?,
            first_seq: f.number("first_seq")?,
            seq: f.number("seq")?,
            count: f.number("count")?,
        }))
    }

    async fn replace_direct(
        &self,
        user: UserId,
        room: RoomId,
        was: Option<&DirectNotice>,
        next: Option<(&DirectNotice, &Notification)>,
    ) -> Result<Commit> {
        let key = keys::direct_notice(user, room);
        let mut pointer = match next {
            Some((direct, notice)) => Write::put(direct_item(user, room, direct, notice.ends_at())),
            None => Write::delete(key),
        };
        // One that has expired is as good as none, so nothing is asked of it.
        if let Some(was) = was {
            pointer = pointer
                .when("#seq = :seq AND #count = :count")
                .value(":seq", n(was.seq))
                .value(":count", n(was.count));
        } else if let Some((direct, _)) = next {
            pointer = pointer
                .when("attribute_not_exists(PK) OR #seq < :seq")
                .value(":seq", n(direct.seq));
        }
        let mut writes = vec![pointer];
        if let Some((_, notice)) = next {
            writes.push(Write::put(to_item(notice)));
        }
        if let Some(was) = was.filter(|was| next.is_none_or(|(_, notice)| notice.id != was.id)) {
            writes.push(Write::delete(keys::notice(user, was.id)));
        }
        Ok(self.transact(writes).await?.commit())
    }

    async fn withdraw_notice(&self, user: UserId, id: NotificationId) -> Result<bool> {
        let delete = Write::delete(keys::notice(user, id)).when("attribute_exists(PK)");
        Ok(self.write(delete, ReturnValue::None).await?.is_done())
    }

    async fn add_mention(&self, room: RoomId, user: UserId, seq: u64) -> Result<()> {
        let add = Write::update(keys::member(room, user), "ADD #mention_seqs :seqs")
            .when("attribute_exists(PK) AND #read_seq < :seq")
            .value(":seqs", numbers([seq]))
            .value(":seq", n(seq));
        let Written::Done(item) = self.write(add, ReturnValue::UpdatedNew).await? else {
            return Ok(());
        };
        let mut all: Vec<u64> = Fields(&item).set("mention_seqs")?;
        if all.len() <= MENTION_SEQS_MAX + MENTIONS_SURPLUS {
            return Ok(());
        }
        all.sort_unstable();
        all.truncate(all.len() - MENTION_SEQS_MAX);
        self.forget_mentions(room, user, all).await
    }

    async fn drop_mention(&self, room: RoomId, user: UserId, seq: u64) -> Result<()> {
        self.forget_mentions(room, user, vec![seq]).await
    }
}

impl Table {
    async fn forget_mentions(&self, room: RoomId, user: UserId, seqs: Vec<u64>) -> Result<()> {
        let forget = Write::update(keys::member(room, user), "DELETE #mention_seqs :seqs")
            .when("attribute_exists(PK)")
            .value(":seqs", numbers(seqs));
        self.write(forget, ReturnValue::None).await.map(|_| ())
    }
}
