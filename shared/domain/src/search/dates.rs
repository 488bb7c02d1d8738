//! Stretches of time as people name them: a year, a month, a day, a moment. Days are those of UTC.

use crate::Timestamp;
use time::{Date, Month};

/// From the first to the last moment of what was named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateSpan {
    /// The first moment of it.
    pub start: Timestamp,
    /// The first moment after it.
    pub end: Timestamp,
}

impl DateSpan {
    /// What is understood, as a sentence that follows a field's name.
    pub const EXPECTED: &str =
        "must be a date (2026-11-20), a month, a year, or an RFC 3339 date-time";

    /// Reads `2026`, `2026-11`, `2026-11-20`, or RFC 3339; years 1970 to 9998.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(start) = Timestamp::parse(text) {
            return Some(Self { start, end: start.plus_ms(1) });
        }
        let mut parts = text.split('-');
        let year = number(parts.next()?, 4).filter(|year| (1970..=9998).contains(year))?;
        let month = parts.next().map(|part| number(part, 2)).map_or(Some(None), |m| m.map(Some))?;
        let day = parts.next().map(|part| number(part, 2)).map_or(Some(None), |d| d.map(Some))?;
        if parts.next().is_some() {
            return None;
        }
        let (start, end) = match (month, day) {
            (None, _) => (first_of(year, 1)?, first_of(year + 1, 1)?),
            (Some(12), None) => (first_of(year, 12)?, first_of(year + 1, 1)?),
            (Some(month), None) => (first_of(year, month)?, first_of(year, month + 1)?),
            (Some(month), Some(day)) => {
                let date = date(year, month, day)?;
                (date, date.next_day()?)
            }
        };
        Some(Self { start: midnight(start), end: midnight(end) })
    }
}

fn number(text: &str, digits: usize) -> Option<i32> {
    let plain = text.len() == digits && text.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

fn date(year: i32, month: i32, day: i32) -> Option<Date> {
    let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
    Date::from_calendar_date(year, month, u8::try_from(day).ok()?).ok()
}

fn first_of(year: i32, month: i32) -> Option<Date> {
    date(year, month, 1)
}

fn midnight(date: Date) -> Timestamp {
    Timestamp::from_ms(date.midnight().assume_utc().unix_timestamp() * 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_name() {
        for (text, start, end) in [
            ("2026", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"),
            ("2026-12", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"),
            ("2024-02", "2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z"),
            ("2024-02-29", "2024-02-29T00:00:00Z", "2024-03-01T00:00:00Z"),
            ("2026-11-20T13:00:00+01:00", "2026-11-20T12:00:00Z", "2026-11-20T12:00:00.001Z"),
        ] {
            let span = DateSpan::parse(text).unwrap();
            assert_eq!(span.start, Timestamp::parse(start).unwrap(), "{text}");
            assert_eq!(span.end, Timestamp::parse(end).unwrap(), "{text}");
        }
        for bad in [
            "",
            "-",
            "26",
            "2026-",
            "2026-1-1",
            "2026-13",
            "2026-02-30",
            "2026-02-29",
            "1969-12-31",
            "yesterday",
            "2026-11-20T13:00:00",
            "2026-11-20-01",
            "+2026",
            "９９９９",
            "9999",
        ] {
            assert_eq!(DateSpan::parse(bad), None, "{bad}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in "[0-9T:Z+-]{0,24}") {
            if let Some(span) = DateSpan::parse(&text) {
                proptest::prop_assert!(span.start < span.end);
            }
        }
    }
}
