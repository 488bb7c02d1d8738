//! Answers that are bytes: validators and ranges (RFC 9110, sections 13 and 14).

/// Which part of a representation is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    Whole,
    /// From the first to the last of these bytes.
    Range(u64, u64),
    /// Bytes that are not there: 416.
    Unsatisfiable,
}

impl Part {
    /// Reads `Range` and `If-Range` for a representation of `length` bytes. Several ranges, or
    /// anything that is no range of bytes, ask for the whole, as the RFC allows.
    pub fn wanted(range: Option<&str>, if_range: Option<&str>, etag: &str, length: u64) -> Self {
        if if_range.is_some_and(|validator| validator.trim() != etag) {
            return Self::Whole;
        }
        let spec = range.and_then(|range| range.trim().strip_prefix("bytes="));
        let Some((first, last)) = spec.and_then(|spec| spec.trim().split_once('-')) else {
            return Self::Whole;
        };
        let (first, last) = (first.trim(), last.trim());
        let number = |text: &str| {
            let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            // What overflows is beyond every end.
            digits.then(|| text.parse::<u64>().unwrap_or(u64::MAX))
        };
        match (number(first), number(last)) {
            (Some(first), Some(last)) if first > last => Self::Whole,
            (Some(first), _) if first >= length && (last.is_empty() || number(last).is_some()) => {
                Self::Unsatisfiable
            }
            (Some(first), Some(last)) => Self::Range(first, last.min(length - 1)),
            (Some(first), None) if last.is_empty() => Self::Range(first, length - 1),
            (None, Some(0)) if first.is_empty() => Self::Unsatisfiable,
            (None, Some(tail)) if first.is_empty() && length > 0 => {
                Self::Range(length.saturating_sub(tail), length - 1)
            }
            _ => Self::Whole,
        }
    }
}

/// Whether `If-None-Match` names this ETag; weak and strong count as the same here.
pub fn names_etag(if_none_match: &str, etag: &str) -> bool {
    if_none_match
        .split(',')
        .map(|one| one.trim().trim_start_matches("W/"))
        .any(|one| one == "*" || one == etag)
}

/// `Content-Disposition` with a name for every browser (RFC 6266): ASCII, and UTF-8 beside it.
pub fn disposition(inline: bool, filename: &str) -> String {
    let plain: String = filename
        .chars()
        .map(|c| if c.is_ascii_graphic() && !"\"\\%;".contains(c) || c == ' ' { c } else { '_' })
        .collect();
    let encoded = percent_encoding::utf8_percent_encode(filename, ATTRIBUTE_KEPT);
    let kind = if inline { "inline" } else { "attachment" };
    format!("{kind}; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

/// `attr-char` of RFC 8187.
const ATTRIBUTE_KEPT: &percent_encoding::AsciiSet = &percent_encoding::NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        use Part::{Range, Unsatisfiable, Whole};
        let wanted = |range| Part::wanted(Some(range), None, "\"e\"", 10);
        for (range, expected) in [
            ("bytes=0-0", Range(0, 0)),
            ("bytes=2-5", Range(2, 5)),
            ("bytes=2-", Range(2, 9)),
            ("bytes=2-99", Range(2, 9)),
            ("bytes=-3", Range(7, 9)),
            ("bytes=-99", Range(0, 9)),
            ("bytes=10-", Unsatisfiable),
            ("bytes=99999999999999999999-", Unsatisfiable),
            ("bytes=10-12", Unsatisfiable),
            ("bytes=-0", Unsatisfiable),
            ("bytes=5-2", Whole),
            ("bytes=0-1,4-5", Whole),
            ("bytes=", Whole),
            ("bytes=-", Whole),
            ("bytes=a-b", Whole),
            ("bytes=+1-2", Whole),
            ("lines=1-2", Whole),
        ] {
            assert_eq!(wanted(range), expected, "{range}");
        }
        assert_eq!(Part::wanted(None, None, "\"e\"", 10), Whole);
        assert_eq!(Part::wanted(Some("bytes=1-2"), Some("\"e\""), "\"e\"", 10), Range(1, 2));
        assert_eq!(Part::wanted(Some("bytes=1-2"), Some("\"old\""), "\"e\"", 10), Whole);
        assert_eq!(Part::wanted(Some("bytes=0-"), None, "\"e\"", 0), Unsatisfiable);
    }

    #[test]
    fn validators() {
        for header in ["\"e\"", "W/\"e\"", "\"x\", \"e\"", "*", " \"e\" "] {
            assert!(names_etag(header, "\"e\""), "{header}");
        }
        for header in ["", "e", "\"x\"", "W/\"ee\""] {
            assert!(!names_etag(header, "\"e\""), "{header}");
        }
    }

    #[test]
    fn names_for_every_browser() {
        assert_eq!(
            disposition(true, "a \"b\"; 名.png"),
            "inline; filename=\"a _b__ _.png\"; filename*=UTF-8''a%20%22b%22%3B%20%E5%90%8D.png"
        );
        assert!(disposition(false, "x.pdf").starts_with("attachment; filename=\"x.pdf\""));
        let header = disposition(false, "a\r\nSet-Cookie: x=1.png");
        assert!(header.chars().all(|c| c.is_ascii_graphic() || c == ' '), "{header}");
    }
}
