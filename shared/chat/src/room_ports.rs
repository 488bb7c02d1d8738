//! The ports of managing rooms: roles, bans, silences, pins, invitations, purging. They belong to
//! [`crate::ports`] and are re-exported there.
//!
//! Whoever acts by rank is checked once more inside the transaction: a write is `Stale` when its
//! actor (`entry.actor`, or `by`) no longer has the rank it takes.

use crate::ports::{Answer, Commit, Page};
use domain::{
    Ban, Invite, InviteCode, LogEntry, Membership, MessageId, NotifyLevel, Pin, Role, RoomId,
    Silence, Timestamp, UserId,
};
use serde::{Deserialize, Serialize};

/// Changes roles (`dynamodb:TransactWriteItems` over UpdateItem, PutItem, ConditionCheckItem).
pub trait ChangeRoles: Sync {
    /// Gives a member, as they were read, another role. `Stale` if their role has changed or the
    /// actor is no longer the owner.
    fn set_role(&self, member: &Membership, role: Role, entry: &LogEntry) -> impl Answer<Commit>;
    /// Makes `to` the owner and `from`, the owner, an admin, both as they were read.
    fn transfer_room(
        &self,
        from: &Membership,
        to: &Membership,
        entry: &LogEntry,
    ) -> impl Answer<Commit>;
}

/// Silences members (`dynamodb:TransactWriteItems` over UpdateItem, PutItem, DeleteItem,
/// ConditionCheckItem).
pub trait KeepSilences: Sync {
    /// Writes the silence and copies its end to the membership, as it was read.
    fn silence(
        &self,
        member: &Membership,
        silence: &Silence,
        entry: &LogEntry,
    ) -> impl Answer<Commit>;
    /// Ends the silence of a member, as they were read.
    fn lift_silence(&self, member: &Membership, entry: &LogEntry) -> impl Answer<Commit>;
    /// Ends the silence of somebody who is not in the room; fine if there is none.
    fn forget_silence(&self, room: RoomId, user: UserId, by: UserId) -> impl Answer<Commit>;
}

/// Bans (`dynamodb:TransactWriteItems` over PutItem, DeleteItem, UpdateItem, ConditionCheckItem).
pub trait KeepBans: Sync {
    /// Writes the ban and, where the banned user is a member, as they were read, ends the membership
    /// with an entry. `Stale` also if there is a ban already, or the room is gone.
    fn ban(&self, ban: &Ban, member: Option<(&Membership, &LogEntry)>) -> impl Answer<Commit>;
    /// Lifts a ban; fine if there is none.
    fn unban(&self, room: RoomId, user: UserId, by: UserId) -> impl Answer<Commit>;
}

/// Lists bans (`dynamodb:Query`, strongly consistent).
pub trait ListBans: Sync {
    /// Bans by user id, after `after`.
    fn bans(&self, room: RoomId, limit: usize, after: Option<UserId>) -> impl Answer<Page<Ban>>;
}

/// Keeps what a member wants to be told (`dynamodb:UpdateItem`).
pub trait Prefer: Sync {
    /// Stores the level, or that of the room's kind for `None`; `not_a_member` if they are not.
    fn prefer(&self, room: RoomId, user: UserId, level: Option<NotifyLevel>) -> impl Answer<()>;
}

/// Pins messages (`dynamodb:TransactWriteItems` over UpdateItem, PutItem, DeleteItem,
/// ConditionCheckItem).
pub trait KeepPins: Sync {
    /// Pins. `Stale` if the message is pinned or deleted, the room is full, or the actor may not:
    /// `ranked` says whether it takes an admin.
    fn pin(&self, pin: &Pin, ranked: bool, entry: &LogEntry) -> impl Answer<Commit>;
    /// Takes the pin away. `Stale` if there is none or the actor may not.
    fn unpin(&self, message: MessageId, ranked: bool, entry: &LogEntry) -> impl Answer<Commit>;
}

/// Lists pins (`dynamodb:Query`, strongly consistent).
pub trait ListPins: Sync {
    /// All pins of a room (at most 250), newest first.
    fn pins(&self, room: RoomId) -> impl Answer<Vec<Pin>>;
}

/// What an idempotency key of an invitation stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invited {
    /// The request, as text.
    pub fingerprint: String,
    /// What answered it.
    pub code: InviteCode,
}

/// Invitations (`dynamodb:TransactWriteItems` over PutItem, UpdateItem, DeleteItem,
/// ConditionCheckItem).
pub trait KeepInvites: Sync {
    /// Stores an invitation, with its idempotency record where the client gave a key.
    fn put_invite(&self, invite: &Invite, key: Option<(&str, &Invited)>) -> impl Answer<Commit>;
    /// Takes a seat and the membership that comes with it, all or nothing. `Stale` if the
    /// invitation lets nobody in any more, the user is banned or a member, or the room is gone.
    fn take_seat(
        &self,
        invite: &Invite,
        member: &Membership,
        entry: &LogEntry,
    ) -> impl Answer<Commit>;
    /// Revokes it at `now`; fine if it has been.
    fn revoke_invite(&self, invite: &Invite, by: UserId, now: Timestamp) -> impl Answer<Commit>;
}

/// Lists invitations (`dynamodb:Query`, strongly consistent).
pub trait ListInvites: Sync {
    /// Codes of a room's invitations that were not revoked, newest first, after the place `after`.
    fn invites(
        &self,
        room: RoomId,
        limit: usize,
        after: Option<&str>,
    ) -> impl Answer<Page<InviteCode>>;
}

/// A room to be emptied, and how far that has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PurgeTask {
    /// The room.
    pub room: RoomId,
    /// The bucket of numbers to go on with; none at the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bucket: Option<u64>,
}

/// Hands rooms to the purge queue (`sqs:SendMessage`).
pub trait QueuePurge: Sync {
    /// Announces that a room is about to be deleted. The worker looks at it once every request that
    /// could still write to it has ended, and lets it be if it stands: so this comes first, and a
    /// process that dies afterwards leaves nothing half deleted.
    fn intend_purge(&self, room: RoomId) -> impl Answer<()>;
    /// Goes on with a purge at once.
    fn continue_purge(&self, task: PurgeTask) -> impl Answer<()>;
}

/// Empties deleted rooms (`dynamodb:GetItem`, `Query`, `BatchWriteItem`, `PutItem`, `UpdateItem`). Each step is
/// bounded and may be repeated.
pub trait Purge: Sync {
    /// The number of the last bucket of a deleted room; none if the room stands, or is purged.
    fn deleted_room(&self, room: RoomId) -> impl Answer<Option<u64>>;
    /// Forgets these members and takes the room off their lists.
    fn forget_members(&self, room: RoomId, users: &[UserId]) -> impl Answer<()>;
    /// Forgets up to `limit` of the rows kept about the room: bans, silences, pins, invitations.
    /// How many there were.
    fn forget_rows(&self, room: RoomId, limit: usize) -> impl Answer<usize>;
    /// Forgets up to `limit` messages and log entries of a bucket, and lets go of the files that came
    /// with them. How many there were.
    fn forget_bucket(
        &self,
        room: RoomId,
        bucket: u64,
        limit: usize,
        now: Timestamp,
    ) -> impl Answer<usize>;
    /// Leaves of the room only that its id is used up, for 30 days: longer than any purge task can
    /// come again.
    fn finish_purge(&self, room: RoomId, now: Timestamp) -> impl Answer<()>;
}
