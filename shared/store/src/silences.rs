//! Silences `ROOM#<room> / SILENCE#<user>`. The membership carries a copy of the end, so that a send
//! needs no further read; this row outlives the membership, so that coming back does not end it.

use crate::item::{Fields, Item, Row, t};
use crate::write::Write;
use crate::{Table, keys, log, roles};
use chat::ports::{Commit, KeepSilences};
use domain::{LogEntry, Membership, Result, Role, RoomId, Silence, Timestamp, UserId};

fn to_item(silence: &Silence) -> Item {
    Row::at(keys::silence(silence.room, silence.user))
        .text("by", silence.by)
        .text_opt("reason", silence.reason.as_ref())
        .ends(silence.until)
        .build()
}

/// The silence, if it has not ended.
pub(crate) fn from_item(item: &Item, now: Timestamp) -> Result<Option<Silence>> {
    let f = Fields(item);
    if !f.stands(now)? {
        return Ok(None);
    }
    Ok(Some(Silence {
        room: f.in_key("PK", keys::room_in)?,
        user: f.in_key("SK", keys::silenced_in)?,
        until: f.time("ends_at")?,
        by: f.parsed("by")?,
        reason: f.string_opt("reason")?,
    }))
}

/// Checks that the silence a newcomer carries is the one that stands.
pub(crate) fn as_carried(member: &Membership, at: Timestamp) -> Write {
    let check = Write::check(keys::silence(member.room, member.user));
    match member.silenced(at) {
        Some(until) => check.when("#ends_at = :until").value(":until", t(until)),
        None => check.when("attribute_not_exists(PK) OR #ends_at <= :now").value(":now", t(at)),
    }
}

impl KeepSilences for Table {
    async fn silence(
        &self,
        member: &Membership,
        silence: &Silence,
        entry: &LogEntry,
    ) -> Result<Commit> {
        let key = keys::member(member.room, member.user);
        let copy = Write::update(key, "SET #silenced_until = :until");
        let writes = vec![
            roles::as_read(copy.value(":until", t(silence.until)), member),
            Write::put(to_item(silence)),
            roles::still_above(member.room, entry.actor, member.role),
        ];
        Ok(self.transact(log::with(writes, entry)?).await?.commit())
    }

    async fn lift_silence(&self, member: &Membership, entry: &LogEntry) -> Result<Commit> {
        let key = keys::member(member.room, member.user);
        let writes = vec![
            roles::as_read(Write::update(key, "REMOVE #silenced_until"), member),
            Write::delete(keys::silence(member.room, member.user)),
            roles::still_above(member.room, entry.actor, member.role),
        ];
        Ok(self.transact(log::with(writes, entry)?).await?.commit())
    }

    async fn forget_silence(&self, room: RoomId, user: UserId, by: UserId) -> Result<Commit> {
        let writes = vec![
            Write::delete(keys::silence(room, user)),
            Write::check(keys::member(room, user)).when("attribute_not_exists(PK)"),
            roles::still_above(room, by, Role::Member),
        ];
        Ok(self.transact(writes).await?.commit())
    }
}
