//! Invitations `INVITE#<code> / INVITE`, their place in the room's list
//! `ROOM#<room> / INVITE#<created>-<code>`, and idempotency records `USER#<user> / INVITED#…`.

use crate::find::Find;
use crate::item::{Fields, Item, Row, n, s, t};
use crate::write::Write;
use crate::{Table, keys, log, members, roles};
use chat::ports::{Commit, Invited, KeepInvites, ListInvites, Page};
use domain::{
    FieldError, Invite, InviteCode, LogEntry, Membership, Result, Role, RoomId, Timestamp, UserId,
};

/// How long an expired invitation is kept, in milliseconds (7 days), so that who comes late hears that
/// it has expired and not that it never was.
const EXPIRED_KEPT_MS: i64 = 7 * 24 * 60 * 60 * 1000;
/// How long an idempotency record is kept, in milliseconds (24 hours).
const INVITED_KEPT_MS: i64 = 24 * 60 * 60 * 1000;

fn to_item(invite: &Invite) -> Item {
    Row::at(keys::invite(&invite.code))
        .text("room", invite.room)
        .text("creator", invite.creator)
        .time("created_at", invite.created_at)
        .time("until", invite.expires_at)
        .number_opt("max_uses", invite.max_uses)
        .number("uses", invite.uses)
        .time_opt("revoked_at", invite.revoked_at)
        .ends(invite.expires_at.plus_ms(EXPIRED_KEPT_MS))
        .build()
}

/// The invitation, expired or not: who asks is told which.
pub(crate) fn from_item(item: &Item) -> Result<Invite> {
    let f = Fields(item);
    Ok(Invite {
        code: f.in_key("PK", keys::code_in)?,
        room: f.parsed("room")?,
        creator: f.parsed("creator")?,
        created_at: f.time("created_at")?,
        expires_at: f.time("until")?,
        max_uses: f.number_opt("max_uses")?,
        uses: f.number("uses")?,
        revoked_at: f.time_opt("revoked_at")?,
    })
}

/// The idempotency record, if it stands.
pub(crate) fn invited(item: &Item, now: Timestamp) -> Result<Option<Invited>> {
    let f = Fields(item);
    if !f.stands(now)? {
        return Ok(None);
    }
    Ok(Some(Invited { fingerprint: f.string("fingerprint")?, code: f.parsed("code")? }))
}

fn listed(invite: &Invite) -> keys::Key {
    keys::listed_invite(invite.room, &keys::invite_place(invite.created_at, &invite.code))
}

impl KeepInvites for Table {
    async fn put_invite(&self, invite: &Invite, key: Option<(&str, &Invited)>) -> Result<Commit> {
        let mut writes = vec![
            Write::put_new(to_item(invite)),
            Write::put(Row::at(listed(invite)).ends(invite.expires_at).build()),
            roles::still_above(invite.room, invite.creator, Role::Member),
        ];
        if let Some((key, invited)) = key {
            let record = Row::at(keys::invited(invite.creator, invite.room, key))
                .text("fingerprint", &invited.fingerprint)
                .text("code", &invited.code)
                .ends(invite.created_at.plus_ms(INVITED_KEPT_MS));
            let free = "attribute_not_exists(PK) OR #ends_at <= :now";
            writes.push(Write::put(record.build()).when(free).value(":now", t(invite.created_at)));
        }
        Ok(self.transact(writes).await?.commit())
    }

    async fn take_seat(
        &self,
        invite: &Invite,
        member: &Membership,
        entry: &LogEntry,
    ) -> Result<Commit> {
        let stands = "attribute_exists(PK) AND attribute_not_exists(#revoked_at) AND #until > :now \
                      AND (attribute_not_exists(#max_uses) OR #uses < #max_uses)";
        let seat = Write::update(keys::invite(&invite.code), "SET #uses = #uses + :one")
            .when(stands)
            .value(":one", n(1))
            .value(":now", t(entry.at));
        let mut writes = members::enter(member, entry.at);
        writes.push(seat);
        writes.push(roles::still_above(invite.room, invite.creator, Role::Member));
        Ok(self.transact(log::with(writes, entry)?).await?.commit())
    }

    async fn revoke_invite(&self, invite: &Invite, by: UserId, now: Timestamp) -> Result<Commit> {
        let revoke = Write::update(
            keys::invite(&invite.code),
            "SET #revoked_at = if_not_exists(#revoked_at, :now)",
        );
        let writes = vec![
            revoke.when("attribute_exists(PK)").value(":now", t(now)),
            Write::delete(listed(invite)),
            roles::still_above(invite.room, by, Role::Member),
        ];
        Ok(self.transact(writes).await?.commit())
    }
}

impl ListInvites for Table {
    async fn invites(
        &self,
        room: RoomId,
        limit: usize,
        after: Option<&str>,
    ) -> Result<Page<InviteCode>> {
        if after.is_some_and(|place| keys::code_at(place).is_none()) {
            return Err(FieldError::new("cursor", "invalid", "must be a next_cursor").into());
        }
        let find = Find::new("PK = :room AND begins_with(SK, :invites)", limit + 1)
            .value(":room", s(keys::room_pk(room)))
            .value(":invites", s(keys::INVITES))
            .after(after.map(|place| keys::listed_invite(room, place)))
            .newest_first(true)
            .only("SK");
        let found = self.query(find).await?;
        let places = found.items.iter().take(limit);
        let places = places.map(|item| Fields(item).in_key("SK", keys::invite_place_in));
        let places = places.collect::<Result<Vec<_>>>()?;
        let next = places.last().filter(|_| found.items.len() > limit);
        let next = next.map(|place| (*place).to_owned());
        Ok(Page { items: places.into_iter().filter_map(keys::code_at).collect(), next })
    }
}
