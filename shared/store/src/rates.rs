//! Rate windows: `USER#<user> / RATE#SEND` and `LOGIN#<folded>#<address> / RATE`.
//!
//! The version goes up with every write and never starts again while the row is there, even when
//! all that it counted has left the window: so a write that depends on a version cannot mistake one
//! life of the row for another. A row that TTL has deleted starts again from nothing.

use crate::Table;
use crate::item::{Fields, Item, Row, n};
use crate::keys::{self, Key};
use crate::write::Write;
use aws_sdk_dynamodb::types::ReturnValue;
use chat::ports::{Commit, RateKey, SaveRate};
use domain::{RateLimit, RateWindow, Result, Timestamp};

pub(crate) fn key(of: &RateKey) -> Key {
    match of {
        RateKey::Send(user) => keys::send_rate(*user),
        RateKey::Upload(user) => keys::upload_rate(*user),
        RateKey::Login(folded, address) => keys::login_rate(folded, address),
    }
}

/// Stores a window in place of the version before it.
pub(crate) fn put(of: &RateKey, window: &RateWindow, limit: RateLimit) -> Write {
    let slots: Vec<_> =
        window.slots.iter().map(|(slot, count)| format!("{slot}:{count}")).collect();
    let item = Row::at(key(of))
        .number("version", window.version)
        .text("slots", slots.join(" "))
        .ends(window.ends_at(limit))
        .build();
    match window.version.saturating_sub(1) {
        0 => Write::put_new(item),
        before => Write::put(item).when("#version = :before").value(":before", n(before)),
    }
}

fn slots_in(text: &str) -> Option<Vec<(i64, u32)>> {
    let slot = |part: &str| {
        let (slot, count) = part.split_once(':')?;
        Some((slot.parse().ok()?, count.parse().ok()?))
    };
    text.split_whitespace().map(slot).collect()
}

/// The window; one that has ended counts nothing and keeps its version.
pub(crate) fn from_item(item: &Item, now: Timestamp) -> Result<RateWindow> {
    let f = Fields(item);
    let slots = if f.stands(now)? { f.read("slots", slots_in)? } else { Vec::new() };
    Ok(RateWindow { version: f.number("version")?, slots })
}

impl SaveRate for Table {
    async fn save_rate(
        &self,
        of: &RateKey,
        window: &RateWindow,
        limit: RateLimit,
    ) -> Result<Commit> {
        let stored = self.write(put(of, window, limit), ReturnValue::None).await?.is_done();
        Ok(if stored { Commit::Done } else { Commit::Stale })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_read_back() {
        assert_eq!(slots_in("7:2 9:1"), Some(vec![(7, 2), (9, 1)]));
        assert_eq!(slots_in(""), Some(Vec::new()));
        for bad in ["7", "7:x", "x:1", "7:-1"] {
            assert_eq!(slots_in(bad), None, "{bad}");
        }
    }
}
