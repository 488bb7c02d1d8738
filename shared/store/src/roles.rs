//! Roles: changed on the membership, and checked within whatever takes a rank.

use crate::item::s;
use crate::write::Write;
use crate::{Table, keys, log};
use chat::ports::{ChangeRoles, Commit};
use domain::{LogEntry, Membership, Result, Role, RoomId, UserId};

/// A write to a membership that is as it was read.
pub(crate) fn as_read(write: Write, member: &Membership) -> Write {
    write.when("#role = :was").value(":was", s(member.role.as_str()))
}

/// Checks that a user is an admin or the owner of the room, and ranks above `role`.
pub(crate) fn still_above(room: RoomId, user: UserId, role: Role) -> Write {
    let check = Write::check(keys::member(room, user)).value(":owner", s(Role::Owner.as_str()));
    match role {
        Role::Member => {
            check.when("#role IN (:owner, :admin)").value(":admin", s(Role::Admin.as_str()))
        }
        // Nobody ranks above the owner; who would act on one has been refused before.
        Role::Admin | Role::Owner => check.when("#role = :owner"),
    }
}

/// Gives a membership, as it was read, another role.
fn give(member: &Membership, role: Role) -> Write {
    let update = Write::update(keys::member(member.room, member.user), "SET #role = :role");
    as_read(update, member).value(":role", s(role.as_str()))
}

impl ChangeRoles for Table {
    async fn set_role(&self, member: &Membership, role: Role, entry: &LogEntry) -> Result<Commit> {
        let writes = vec![give(member, role), still_above(member.room, entry.actor, Role::Admin)];
        Ok(self.transact(log::with(writes, entry)?).await?.commit())
    }

    async fn transfer_room(
        &self,
        from: &Membership,
        to: &Membership,
        entry: &LogEntry,
    ) -> Result<Commit> {
        let writes = vec![give(from, Role::Admin), give(to, Role::Owner)];
        Ok(self.transact(log::with(writes, entry)?).await?.commit())
    }
}
