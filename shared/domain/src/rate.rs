//! The sliding window: at most N requests in any window of W milliseconds.
//!
//! Times are kept in slots of a hundredth of the window, so a window of any limit has at most 102
//! entries. A slot counts until the whole of it has left the window: the limit is never exceeded,
//! and a caller waits at most one slot longer than with exact times.

use crate::{ChatError, Timestamp};

/// How many requests a window takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// Requests per window, at least 1.
    pub max: u32,
    /// The window's length in milliseconds, at least 100.
    pub window_ms: i64,
}

/// What is left after a request was let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateTaken {
    /// The limit.
    pub limit: u32,
    /// Requests that would still pass now.
    pub remaining: u32,
    /// Milliseconds until the window is empty again.
    pub reset_after_ms: u64,
}

/// The requests of one caller that still count. `version` makes a concurrent change visible.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RateWindow {
    /// Goes up with every write; 0 is a window that was never stored.
    pub version: u64,
    /// (slot number, requests in it), oldest first.
    pub slots: Vec<(i64, u32)>,
}

/// What a user does besides sending, counted apart: each bucket holds so many times what a user may
/// send, so that an operator who allows more of one allows more of all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Bucket {
    /// Edits and reactions.
    Change,
    /// Typing, start and stop.
    Typing,
    /// Looking up what one has no part in: invitations by code, people by name.
    Lookup,
    /// Searching messages.
    Search,
    /// Uploads.
    Upload,
    /// Reports of messages.
    Report,
    /// Strangers on other servers who write to one for the first time.
    Contact,
}

impl Bucket {
    /// The word in the table.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Change => "CHANGE",
            Self::Typing => "TYPING",
            Self::Lookup => "LOOKUP",
            Self::Search => "SEARCH",
            Self::Upload => "UPLOAD",
            Self::Report => "REPORT",
            Self::Contact => "CONTACT",
        }
    }

    /// What the bucket holds where a user may send so much: with the usual ten messages in ten
    /// seconds it is 60 changes, 60 typings, 30 lookups, 30 searches, 20 uploads, 10 reports,
    /// 10 strangers.
    #[must_use]
    pub const fn limit(self, sends: RateLimit) -> RateLimit {
        let times = match self {
            Self::Change | Self::Typing => 6,
            Self::Lookup | Self::Search => 3,
            Self::Upload => 2,
            Self::Report | Self::Contact => 1,
        };
        RateLimit { max: sends.max.saturating_mul(times), ..sends }
    }
}

impl RateLimit {
    /// Microseconds after which a bucket has room for one more.
    pub fn refill_us(self) -> i64 {
        (self.window_us() / i64::from(self.max.max(1))).max(1)
    }

    /// The window's length in microseconds: how far ahead a bucket may be spent.
    pub fn window_us(self) -> i64 {
        self.window_ms.saturating_mul(1000)
    }

    fn slot_ms(self) -> i64 {
        (self.window_ms / 100).max(1)
    }

    /// When the slot no longer counts.
    fn leaves_at(self, slot: i64) -> i64 {
        (slot + 1) * self.slot_ms() + self.window_ms
    }
}

impl RateWindow {
    /// Lets a request through at `now` and returns the window to store, or says how long to wait.
    pub fn take(&self, limit: RateLimit, now: Timestamp) -> Result<(Self, RateTaken), ChatError> {
        let mut slots: Vec<_> = self
            .slots
            .iter()
            .copied()
            .filter(|&(slot, _)| limit.leaves_at(slot) > now.ms())
            .collect();
        let used: u32 = slots.iter().map(|&(_, count)| count).sum();
        if used >= limit.max {
            let mut over = used - limit.max + 1;
            let freeing = slots.iter().find(|&&(_, count)| {
                over = over.saturating_sub(count);
                over == 0
            });
            let wait_ms =
                freeing.map_or(limit.window_ms, |&(slot, _)| limit.leaves_at(slot) - now.ms());
            return Err(ChatError::rate_limited(limit.max, wait_ms.max(1).unsigned_abs()));
        }
        // A clock that went back must not write an older slot behind a newer one.
        let newest = slots.last().map_or(i64::MIN, |&(slot, _)| slot);
        let slot = (now.ms() / limit.slot_ms()).max(newest);
        match slots.last_mut() {
            Some((last, count)) if *last == slot => *count += 1,
            _ => slots.push((slot, 1)),
        }
        let taken = RateTaken {
            limit: limit.max,
            remaining: limit.max - used - 1,
            reset_after_ms: (limit.leaves_at(slot) - now.ms()).max(0).unsigned_abs(),
        };
        Ok((Self { version: self.version + 1, slots }, taken))
    }

    /// When the stored window means nothing any more.
    pub fn ends_at(&self, limit: RateLimit) -> Timestamp {
        Timestamp::from_ms(self.slots.last().map_or(0, |&(slot, _)| limit.leaves_at(slot)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TEN: RateLimit = RateLimit { max: 10, window_ms: 10_000 };

    #[test]
    fn the_eleventh_waits_for_the_first_to_leave() {
        let mut window = RateWindow::default();
        for i in 0..10 {
            let (next, taken) = window.take(TEN, Timestamp::from_ms(1_000 + i)).unwrap();
            assert_eq!(taken.remaining, 9 - u32::try_from(i).unwrap());
            window = next;
        }
        let refused = window.take(TEN, Timestamp::from_ms(1_010)).unwrap_err();
        let wait = i64::try_from(refused.retry_after_ms.unwrap()).unwrap();
        assert!((9_900..=10_100).contains(&wait), "{wait}");
        assert!(window.take(TEN, Timestamp::from_ms(1_010 + wait)).is_ok());
        assert!(window.take(TEN, Timestamp::from_ms(1_010 + wait - 1)).is_err());
    }

    proptest! {
        /// Whatever the arrival times: no window of W ms ever holds more than the limit, and the
        /// wait that is asked for is enough.
        #[test]
        fn never_more_than_the_limit(gaps in prop::collection::vec(0i64..3_000, 1..200), max in 1u32..20) {
            let limit = RateLimit { max, window_ms: 10_000 };
            let (mut window, mut now, mut passed) = (RateWindow::default(), 50_000, Vec::new());
            for gap in gaps {
                now += gap;
                match window.take(limit, Timestamp::from_ms(now)) {
                    Ok((next, _)) => {
                        prop_assert_eq!(next.version, window.version + 1);
                        prop_assert!(next.slots.len() <= 102);
                        window = next;
                        passed.push(now);
                        let recent = passed.iter().filter(|&&t| t > now - limit.window_ms).count();
                        prop_assert!(recent <= max as usize);
                    }
                    Err(refused) => {
                        let wait = i64::try_from(refused.retry_after_ms.unwrap()).unwrap();
                        prop_assert!(wait >= 1 && wait <= limit.window_ms + 100);
                        prop_assert!(window.take(limit, Timestamp::from_ms(now + wait)).is_ok());
                    }
                }
            }
        }
    }
}
