//! The one place where the stack reads the clock.

use std::time::{SystemTime, UNIX_EPOCH};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Milliseconds since 1970-01-01T00:00:00Z.
#[must_use]
pub fn epoch_ms() -> u64 {
    #[allow(clippy::disallowed_methods, reason = "this is the stack's clock adapter")]
    let now = SystemTime::now();
    now.duration_since(UNIX_EPOCH)
        .map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

/// The current time in UTC.
#[must_use]
pub fn utc() -> OffsetDateTime {
    let nanos = i128::from(epoch_ms()) * 1_000_000;
    OffsetDateTime::from_unix_timestamp_nanos(nanos).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

/// The current time as RFC 3339 with milliseconds, for log lines and events.
#[must_use]
pub fn rfc3339() -> String {
    rfc3339_of(epoch_ms())
}

/// A point in time as RFC 3339.
#[must_use]
pub fn rfc3339_of(epoch_ms: u64) -> String {
    let nanos = i128::from(epoch_ms) * 1_000_000;
    OffsetDateTime::from_unix_timestamp_nanos(nanos)
        .ok()
        .and_then(|at| at.format(&Rfc3339).ok())
        .unwrap_or_default()
}

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A point in time in the notation of API Gateway's `requestContext.time`,
/// `20/Nov/2026:13:20:01 +0000`.
#[must_use]
pub fn common_log(epoch_ms: u64) -> String {
    let at = OffsetDateTime::from_unix_timestamp(i64::try_from(epoch_ms / 1000).unwrap_or(0))
        .unwrap_or(OffsetDateTime::UNIX_EPOCH);
    format!(
        "{:02}/{}/{:04}:{:02}:{:02}:{:02} +0000",
        at.day(),
        MONTHS[usize::from(u8::from(at.month())) - 1],
        at.year(),
        at.hour(),
        at.minute(),
        at.second()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notations() {
        assert_eq!(common_log(1_795_180_801_123), "20/Nov/2026:13:20:01 +0000");
        assert_eq!(rfc3339_of(1_795_180_801_123), "2026-11-20T13:20:01.123Z");
    }
}
