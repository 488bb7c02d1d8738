//! What notifications need of the world.

use super::{Answer, Commit};
use domain::{DirectNotice, Notification, NotificationId, ReadUpTo, RoomId, Timestamp, UserId};

/// Reads notifications (`dynamodb:Query`, `GetItem`, strongly consistent).
pub trait ReadNotices: Sync {
    /// A user's notifications, newest first: older than `before`, not older than `since`, at most
    /// `limit`, none that has expired.
    fn notices(
        &self,
        user: UserId,
        before: Option<NotificationId>,
        since: Option<NotificationId>,
        limit: usize,
        now: Timestamp,
    ) -> impl Answer<Vec<Notification>>;
    /// One of them.
    fn notice(
        &self,
        user: UserId,
        id: NotificationId,
        now: Timestamp,
    ) -> impl Answer<Option<Notification>>;
    /// Up to where the user has marked everything as read.
    fn read_up_to(&self, user: UserId) -> impl Answer<Option<ReadUpTo>>;
}

/// Marks notifications as read (`dynamodb:UpdateItem`).
pub trait MarkNotices: Sync {
    /// Marks one; `false` if there is none (any more).
    fn mark_notice(&self, user: UserId, id: NotificationId, now: Timestamp) -> impl Answer<bool>;
    /// Marks everything up to there; the mark moves forward only.
    fn mark_up_to(&self, user: UserId, mark: ReadUpTo) -> impl Answer<()>;
}

/// Writes notifications (`dynamodb:PutItem`, `DeleteItem`, `GetItem`, `UpdateItem`,
/// `TransactWriteItems`).
pub trait WriteNotices: Sync {
    /// Stores one unless it is there; whether it was not.
    fn put_notice(&self, notice: &Notification) -> impl Answer<bool>;
    /// The unread notification of a direct room, if there is one.
    fn direct_notice(
        &self,
        user: UserId,
        room: RoomId,
        now: Timestamp,
    ) -> impl Answer<Option<DirectNotice>>;
    /// Puts `next` and its notification in the place of `was`; with none, only takes `was` away.
    /// `Stale` if it is not `was` any more.
    fn replace_direct(
        &self,
        user: UserId,
        room: RoomId,
        was: Option<&DirectNotice>,
        next: Option<(&DirectNotice, &Notification)>,
    ) -> impl Answer<Commit>;
    /// Takes one away; whether it was there.
    fn withdraw_notice(&self, user: UserId, id: NotificationId) -> impl Answer<bool>;
    /// Notes that a message mentions a member who has not read it yet; the oldest notes beyond
    /// [`domain::MENTION_SEQS_MAX`] are forgotten.
    fn add_mention(&self, room: RoomId, user: UserId, seq: u64) -> impl Answer<()>;
    /// Takes the note back.
    fn drop_mention(&self, room: RoomId, user: UserId, seq: u64) -> impl Answer<()>;
}
