//! What the clients of other protocols need of the world beside [`super::HandOn`].

use super::Answer;
use crate::FaceNews;
use domain::{Face, RoomId, Timestamp, UserId};

/// Hands news to a face's queue for later, once for each delay (`sqs:SendMessage`, one batch).
pub trait HandOnLater: Sync {
    /// Returns when the queue has accepted all; they come after so many seconds each, at most ten delays.
    fn hand_on_later(&self, face: Face, news: &FaceNews, delays_s: &[i32]) -> impl Answer<()>;
}

/// Reads who is typing (`dynamodb:GetItem`, strongly consistent).
pub trait WatchTyping: Sync {
    /// When they last said so, if that still counts.
    fn typing_since(
        &self,
        user: UserId,
        room: RoomId,
        now: Timestamp,
    ) -> impl Answer<Option<Timestamp>>;
}
