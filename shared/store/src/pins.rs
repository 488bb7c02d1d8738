//! Pins `ROOM#<room> / PIN#<message seq>`. The room counts them, the message carries a flag.

use crate::find::Find;
use crate::item::{Fields, Item, Row, n, s, t};
use crate::rooms::ROOM_STANDS;
use crate::write::Write;
use crate::{Table, keys, log};
use aws_sdk_dynamodb::types::AttributeValue;
use chat::ports::{Commit, KeepPins, ListPins};
use domain::{LogEntry, Message, MessageId, PINS_MAX, Pin, Result, Role, RoomId};

fn to_item(pin: &Pin) -> Item {
    Row::at(keys::pin(pin.message))
        .number("pin_seq", pin.seq)
        .text("by", pin.by)
        .time("at", pin.at)
        .build()
}

fn from_item(item: &Item) -> Result<Pin> {
    let f = Fields(item);
    let (room, seq) = (f.in_key("PK", keys::room_in)?, f.in_key("SK", keys::pinned_in)?);
    Ok(Pin {
        message: MessageId { room, seq },
        seq: f.number("pin_seq")?,
        by: f.parsed("by")?,
        at: f.time("at")?,
    })
}

/// Checks that the actor is a member who may write, and an admin where it takes one.
fn may_still(entry: &LogEntry, ranked: bool) -> Write {
    let key = keys::member(entry.room, entry.actor);
    let speaks = "(attribute_not_exists(#silenced_until) OR #silenced_until <= :now)";
    let check = Write::check(key).value(":now", t(entry.at));
    if ranked {
        check
            .when(format!("#role IN (:owner, :admin) AND {speaks}"))
            .value(":owner", s(Role::Owner.as_str()))
            .value(":admin", s(Role::Admin.as_str()))
    } else {
        check.when(format!("attribute_exists(PK) AND {speaks}"))
    }
}

/// One pin less in the room.
fn one_less(room: RoomId) -> Write {
    Write::update(keys::room(room), "SET #pin_count = #pin_count - :one")
        .when(ROOM_STANDS)
        .value(":one", n(1))
}

/// The condition that a message is as pinned as it was read.
pub(crate) fn as_read(message: &Message) -> &'static str {
    if message.pinned { "attribute_exists(#pinned)" } else { "attribute_not_exists(#pinned)" }
}

/// The writes that take a message's pin away with it.
pub(crate) fn forget(message: &Message) -> Vec<Write> {
    if !message.pinned {
        return Vec::new();
    }
    vec![Write::delete(keys::pin(message.id)), one_less(message.id.room)]
}

impl KeepPins for Table {
    async fn pin(&self, pin: &Pin, ranked: bool, entry: &LogEntry) -> Result<Commit> {
        // A room of the time before pins has no count.
        let more = "SET #pin_count = if_not_exists(#pin_count, :none) + :one";
        let full = format!(
            "{ROOM_STANDS} AND (attribute_not_exists(#pin_count) OR #pin_count < :pins_max)"
        );
        let count = Write::update(keys::room(entry.room), more)
            .when(full)
            .value(":none", n(0))
            .value(":one", n(1))
            .value(":pins_max", n(PINS_MAX));
        // `changed_seq` stays: it belongs to what is written in the message, and an edit or a deletion
        // that is under way is not to start over for a pin.
        let flag = Write::update(keys::message(pin.message), "SET #pinned = :yes")
            .when("attribute_exists(PK) AND attribute_not_exists(#deleted_at)")
            .value(":yes", AttributeValue::Bool(true));
        let writes = vec![Write::put_new(to_item(pin)), flag, count, may_still(entry, ranked)];
        Ok(self.transact(log::with(writes, entry)?).await?.commit())
    }

    async fn unpin(&self, message: MessageId, ranked: bool, entry: &LogEntry) -> Result<Commit> {
        let writes = vec![
            Write::delete(keys::pin(message)).when("attribute_exists(PK)"),
            Write::update(keys::message(message), "REMOVE #pinned").when("attribute_exists(PK)"),
            one_less(entry.room),
            may_still(entry, ranked),
        ];
        Ok(self.transact(log::with(writes, entry)?).await?.commit())
    }
}

impl ListPins for Table {
    async fn pins(&self, room: RoomId) -> Result<Vec<Pin>> {
        let all = usize::try_from(PINS_MAX).unwrap_or(usize::MAX);
        let find = Find::new("PK = :room AND begins_with(SK, :pins)", all)
            .value(":room", s(keys::room_pk(room)))
            .value(":pins", s(keys::PINS));
        let found = self.query(find).await?;
        let mut pins = found.items.iter().map(from_item).collect::<Result<Vec<_>>>()?;
        pins.sort_unstable_by_key(|pin| std::cmp::Reverse(pin.seq));
        Ok(pins)
    }
}
