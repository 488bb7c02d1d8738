//! Memberships `ROOM#<room> / MEMBER#<user>`, and the same seen from the user:
//! `USER#<user> / ROOM#<room>`, the user's room list.

use crate::find::Find;
use crate::item::{Fields, Item, Row, n, s};
use crate::rooms::ROOM_STANDS;
use crate::write::Write;
use crate::{Table, bans, keys, log, roles, silences};
use aws_sdk_dynamodb::types::ReturnValue;
use chat::ports::{
    ChangeMembers, Commit, ListAdmins, ListMembers, ListRecipients, ListRooms, Page, Prefer,
};
use domain::{
    ChatError, Code, LogEntry, Membership, NotifyLevel, ReadMark, Result, Role, RoomId, Timestamp,
    UserId,
};

/// Rooms of one user that are listed.
const ROOMS_MAX: usize = 1_000;

pub(crate) fn to_item(member: &Membership) -> Item {
    Row::at(keys::member(member.room, member.user))
        .text("role", member.role.as_str())
        .time("joined_at", member.joined_at)
        .number("read_seq", member.read.seq)
        .number("read_ordinal", member.read.ordinal)
        .time_opt("silenced_until", member.silenced_until)
        .number_opt("hidden_seq", member.hidden_seq)
        .number("seen_seq", member.seen_seq)
        .time_opt("read_at", member.read_at)
        .number("delivered_seq", member.delivered_seq)
        .time_opt("delivered_at", member.delivered_at)
        .text_opt("notify", member.notify.map(NotifyLevel::as_str))
        .numbers("mention_seqs", &member.mention_seqs)
        .build()
}

/// The row in the user's room list.
pub(crate) fn to_listed(member: &Membership) -> Item {
    Row::at(keys::listed(member.user, member.room)).time("joined_at", member.joined_at).build()
}

pub(crate) fn from_item(item: &Item) -> Result<Membership> {
    let f = Fields(item);
    Ok(Membership {
        room: f.in_key("PK", keys::room_in)?,
        user: f.in_key("SK", keys::member_in)?,
        role: f.read("role", Role::parse)?,
        joined_at: f.time("joined_at")?,
        read: ReadMark { seq: f.number("read_seq")?, ordinal: f.number("read_ordinal")? },
        silenced_until: f.time_opt("silenced_until")?,
        hidden_seq: f.number_opt("hidden_seq")?,
        seen_seq: f.number_opt("seen_seq")?.unwrap_or(0),
        read_at: f.time_opt("read_at")?,
        delivered_seq: f.number_opt("delivered_seq")?.unwrap_or(0),
        delivered_at: f.time_opt("delivered_at")?,
        notify: f.read_opt("notify", NotifyLevel::parse)?,
        mention_seqs: f.set("mention_seqs")?,
    })
}

/// The room's member count, one up or down.
pub(crate) fn count(room: RoomId, by: i8) -> Write {
    Write::update(keys::room(room), "SET #member_count = #member_count + :by")
        .when(ROOM_STANDS)
        .value(":by", n(by))
}

/// The writes by which somebody enters a room: nobody who is banned, and silenced whoever was.
pub(crate) fn enter(member: &Membership, at: Timestamp) -> Vec<Write> {
    vec![
        Write::put_new(to_item(member)),
        Write::put(to_listed(member)),
        count(member.room, 1),
        bans::absent(member.room, member.user),
        silences::as_carried(member, at),
    ]
}

/// The writes by which a membership, as it was read, ends.
pub(crate) fn exit(member: &Membership) -> Vec<Write> {
    vec![
        roles::as_read(Write::delete(keys::member(member.room, member.user)), member),
        Write::delete(keys::listed(member.user, member.room)),
        count(member.room, -1),
    ]
}

impl ChangeMembers for Table {
    async fn add_member(&self, member: &Membership, entry: &LogEntry) -> Result<Commit> {
        let mut writes = enter(member, entry.at);
        if entry.actor != member.user {
            writes.push(roles::still_above(member.room, entry.actor, Role::Member));
        }
        Ok(self.transact(log::with(writes, entry)?).await?.commit())
    }

    async fn remove_member(&self, member: &Membership, entry: &LogEntry) -> Result<Commit> {
        let mut writes = exit(member);
        if entry.actor != member.user {
            writes.push(roles::still_above(member.room, entry.actor, member.role));
        }
        Ok(self.transact(log::with(writes, entry)?).await?.commit())
    }

    async fn hide_room(&self, room: RoomId, user: UserId, seq: u64) -> Result<()> {
        let hide = Write::update(keys::member(room, user), "SET #hidden_seq = :seq")
            .when("attribute_exists(PK)")
            .value(":seq", n(seq));
        let hidden = self.write(hide, ReturnValue::None).await?.is_done();
        hidden.then_some(()).ok_or_else(|| ChatError::new(Code::NotAMember))
    }
}

impl Prefer for Table {
    async fn prefer(&self, room: RoomId, user: UserId, level: Option<NotifyLevel>) -> Result<()> {
        let key = keys::member(room, user);
        let prefer = match level {
            Some(level) => {
                Write::update(key, "SET #notify = :level").value(":level", s(level.as_str()))
            }
            None => Write::update(key, "REMOVE #notify"),
        };
        let stored = self.write(prefer.when("attribute_exists(PK)"), ReturnValue::None).await?;
        stored.is_done().then_some(()).ok_or_else(|| ChatError::new(Code::NotAMember))
    }
}

impl ListRooms for Table {
    async fn rooms_of(&self, user: UserId) -> Result<Vec<RoomId>> {
        let find = Find::new("PK = :user AND begins_with(SK, :rooms)", ROOMS_MAX)
            .value(":user", s(keys::user_pk(user)))
            .value(":rooms", s(keys::ROOMS))
            .only("SK");
        let found = self.query(find).await?;
        found.items.iter().map(|i| Fields(i).in_key("SK", keys::listed_room_in)).collect()
    }
}

/// Memberships of a room after a user, in order of the user's id.
fn members_after(room: RoomId, wanted: usize, after: Option<UserId>) -> Find {
    Find::new("PK = :room AND begins_with(SK, :members)", wanted)
        .value(":room", s(keys::room_pk(room)))
        .value(":members", s(keys::MEMBERS))
        .after(after.map(|user| keys::member(room, user)))
}

impl ListMembers for Table {
    async fn members(
        &self,
        room: RoomId,
        limit: usize,
        after: Option<UserId>,
    ) -> Result<Page<Membership>> {
        let found = self.query(members_after(room, limit + 1, after)).await?;
        let members = found.items.iter().take(limit).map(from_item).collect::<Result<Vec<_>>>()?;
        let more = found.items.len() > limit;
        let next = members.last().filter(|_| more).map(|last| last.user.to_string());
        Ok(Page { items: members, next })
    }
}

/// Members of a room looked at for those with a rank.
const MEMBERS_EXAMINED_MAX: usize = 10_000;

impl ListAdmins for Table {
    async fn admins_of(&self, room: RoomId) -> Result<Vec<UserId>> {
        let find = members_after(room, MEMBERS_EXAMINED_MAX, None)
            .filter("#role <> :member", MEMBERS_EXAMINED_MAX)
            .value(":member", s(Role::Member.as_str()))
            .only("SK");
        let found = self.query(find).await?;
        found.items.iter().map(|item| Fields(item).in_key("SK", keys::member_in)).collect()
    }
}

impl ListRecipients for Table {
    async fn recipients(
        &self,
        room: RoomId,
        limit: usize,
        after: Option<UserId>,
    ) -> Result<(Vec<UserId>, Option<UserId>)> {
        let found = self.query(members_after(room, limit + 1, after).only("SK")).await?;
        let users = found.items.iter().take(limit).map(|i| Fields(i).in_key("SK", keys::member_in));
        let users = users.collect::<Result<Vec<_>>>()?;
        let next = users.last().copied().filter(|_| found.items.len() > limit);
        Ok((users, next))
    }
}
