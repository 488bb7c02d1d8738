//! Bans `ROOM#<room> / BAN#<user>`. A ban and an entrance exclude each other: each carries the
//! condition that the other has not happened.

use crate::find::Find;
use crate::item::{Fields, Item, Row, s};
use crate::rooms::ROOM_STANDS;
use crate::write::Write;
use crate::{Table, keys, log, members, roles};
use chat::ports::{Commit, KeepBans, ListBans, Page};
use domain::{Ban, LogEntry, Membership, Result, Role, RoomId, UserId};

fn to_item(ban: &Ban) -> Item {
    Row::at(keys::ban(ban.room, ban.user))
        .text("by", ban.by)
        .time("at", ban.at)
        .text_opt("reason", ban.reason.as_ref())
        .build()
}

pub(crate) fn from_item(item: &Item) -> Result<Ban> {
    let f = Fields(item);
    Ok(Ban {
        room: f.in_key("PK", keys::room_in)?,
        user: f.in_key("SK", keys::banned_in)?,
        by: f.parsed("by")?,
        at: f.time("at")?,
        reason: f.string_opt("reason")?,
    })
}

/// Checks that nobody has banned the user.
pub(crate) fn absent(room: RoomId, user: UserId) -> Write {
    Write::check(keys::ban(room, user)).when("attribute_not_exists(PK)")
}

impl KeepBans for Table {
    async fn ban(&self, ban: &Ban, member: Option<(&Membership, &LogEntry)>) -> Result<Commit> {
        let above = member.map_or(Role::Member, |(member, _)| member.role);
        let mut writes =
            vec![Write::put_new(to_item(ban)), roles::still_above(ban.room, ban.by, above)];
        match member {
            Some((member, entry)) => {
                writes.extend(members::exit(member));
                writes = log::with(writes, entry)?;
            }
            None => {
                let outside = Write::check(keys::member(ban.room, ban.user));
                writes.push(outside.when("attribute_not_exists(PK)"));
                writes.push(Write::check(keys::room(ban.room)).when(ROOM_STANDS));
            }
        }
        Ok(self.transact(writes).await?.commit())
    }

    async fn unban(&self, room: RoomId, user: UserId, by: UserId) -> Result<Commit> {
        let writes =
            vec![Write::delete(keys::ban(room, user)), roles::still_above(room, by, Role::Member)];
        Ok(self.transact(writes).await?.commit())
    }
}

impl ListBans for Table {
    async fn bans(&self, room: RoomId, limit: usize, after: Option<UserId>) -> Result<Page<Ban>> {
        let find = Find::new("PK = :room AND begins_with(SK, :bans)", limit + 1)
            .value(":room", s(keys::room_pk(room)))
            .value(":bans", s(keys::BANS))
            .after(after.map(|user| keys::ban(room, user)));
        let found = self.query(find).await?;
        let items = found.items.iter().take(limit).map(from_item).collect::<Result<Vec<_>>>()?;
        let more = found.items.len() > limit;
        let next = items.last().filter(|_| more).map(|last| last.user.to_string());
        Ok(Page { items, next })
    }
}
