//! What presence needs of the world.

use super::{Answer, Commit};
use crate::Check;
use domain::{ConnectionId, Presence, Shown, Timestamp, UserId};

/// Writes what is kept of a user's presence (`dynamodb:UpdateItem`).
pub trait KeepPresence: Sync {
    /// Notes a sign of life of a connection, at most once in `every_ms`. What there is now, or `None`
    /// if it was too soon or the connection is gone.
    fn touch(
        &self,
        user: UserId,
        connection: &ConnectionId,
        now: Timestamp,
        every_ms: i64,
    ) -> impl Answer<Option<Presence>>;
    /// Notes whether the user is away from a device. What there is now, or `None` if the connection
    /// is gone.
    fn set_away(
        &self,
        user: UserId,
        connection: &ConnectionId,
        away: bool,
        now: Timestamp,
    ) -> impl Answer<Option<Presence>>;
    /// Decides what others are shown, on the revision it was decided on; still to be told.
    fn show(&self, user: UserId, revision: u64, shown: &Shown) -> impl Answer<Commit>;
    /// Notes that others have been told, and when the next check is due, if it has changed.
    fn settle(
        &self,
        user: UserId,
        revision: u64,
        check_at: Option<Timestamp>,
    ) -> impl Answer<Commit>;
}

/// Notes that a user was here (`dynamodb:UpdateItem`).
pub trait NoteActivity: Sync {
    /// Moves `last_seen` to `now` unless it was moved within `every_ms`.
    fn note_activity(&self, user: UserId, now: Timestamp, every_ms: i64) -> impl Answer<()>;
}

/// Asks for a check of a user's presence (`sqs:SendMessage` to the presence queue).
pub trait AskCheck: Sync {
    /// Returns when the queue has accepted it. Comes after `delay_ms`, 15 minutes at the most.
    fn ask_check(&self, check: Check, delay_ms: i64) -> impl Answer<()>;
}
