//! Text that people write: trimmed, bounded, free of control characters. Lengths are Unicode code
//! points unless said otherwise.

use crate::FieldError;
use crate::schema::schema_as;

/// Trims and checks a length in code points.
pub(crate) fn bounded(text: &str, min: usize, max: usize) -> Result<String, FieldError> {
    let text = text.trim();
    let length = text.chars().count();
    let expected = if min == 0 {
        format!("must be at most {max} characters")
    } else {
        format!("must be {min}-{max} characters")
    };
    if length < min {
        return Err(FieldError::new("", "too_short", expected));
    }
    if length > max {
        return Err(FieldError::new("", "too_long", expected).with_max(max as u64));
    }
    Ok(text.to_owned())
}

/// Control characters, and the marks that turn a line's direction round: both let a name pose as
/// another one.
fn is_disguise(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

/// One line: runs of disguising characters and white space become one space.
pub(crate) fn one_line(text: &str) -> String {
    text.split(|c: char| is_disguise(c) || c.is_whitespace())
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

macro_rules! line {
    ($(#[$doc:meta])* $name:ident, $min:literal, $max:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name(String);

        impl $name {
            /// Collapses white space and control characters, then checks the length.
            pub fn parse(text: &str) -> Result<Self, FieldError> {
                bounded(&one_line(text), $min, $max).map(Self)
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The text, owned.
            pub fn into_string(self) -> String {
                self.0
            }
        }

        schema_as!($name, {"type": "string", "minLength": $min, "maxLength": $max});
    };
}

line!(
    /// What a user is shown as: 1-50 characters, not unique.
    DisplayName, 1, 50
);
line!(
    /// A room's name: 1-100 characters, not unique.
    RoomName, 1, 100
);
line!(
    /// What a user says about themselves: at most 100 characters; empty clears.
    StatusMessage, 0, 100
);

/// What a room is for: at most 1,000 characters, line breaks allowed; empty clears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description(String);

impl Description {
    /// Checks the length after trimming; NUL is refused.
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        paragraph(text, 0, 1_000).map(Self)
    }

    /// The text, owned.
    pub fn into_string(self) -> String {
        self.0
    }
}

/// Several lines: CRLF becomes LF. NUL is refused; other control characters are what somebody pasted
/// (a terminal's colours, a form feed) and stay as they are.
fn paragraph(text: &str, min: usize, max: usize) -> Result<String, FieldError> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    if text.contains('\0') {
        return Err(FieldError::new("", "invalid", "must not contain NUL characters"));
    }
    bounded(&text, min, max)
}

/// A message's text: 1-10,000 characters, Markdown kept as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageBody(String);

impl MessageBody {
    /// The longest content in code points.
    pub const CHARS_MAX: usize = 10_000;

    /// Normalises line ends, trims, checks the length.
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        paragraph(text, 1, Self::CHARS_MAX).map(Self)
    }

    /// The text of a message with so many files: it may be empty if there are any.
    pub fn with_files(text: &str, files: usize) -> Result<Self, FieldError> {
        paragraph(text, usize::from(files == 0), Self::CHARS_MAX).map(Self)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text, owned.
    pub fn into_string(self) -> String {
        self.0
    }
}

/// A username: `[A-Za-z0-9_]{3,20}`, unique without regard to case, never changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Username(String);

impl Username {
    /// Names that mean something else in a mention or an address.
    const RESERVED: [&'static str; 8] =
        ["all", "channel", "here", "everyone", "me", "search", "system", "admin"];

    /// Checks the alphabet, the length and the reserved names.
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        let fits = (3..=20).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if !fits {
            let code = if text.len() > 20 { "too_long" } else { "invalid" };
            let expected = "must be 3-20 letters, digits or underscores";
            return Err(FieldError::new("", code, expected));
        }
        if Self::RESERVED.contains(&text.to_ascii_lowercase().as_str()) {
            return Err(FieldError::new("", "reserved", "is a reserved name"));
        }
        Ok(Self(text.to_owned()))
    }

    /// The name as chosen.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name by which it is unique.
    pub fn folded(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

/// A password as it was typed: 8-256 bytes of UTF-8, nothing trimmed. Never printed.
pub struct Password(String);

impl Password {
    /// Checks the length in bytes. The upper bound keeps the hash's cost bounded.
    pub fn parse(text: String) -> Result<Self, FieldError> {
        let expected = "must be 8-256 bytes";
        match text.len() {
            0..=7 => Err(FieldError::new("", "too_short", expected)),
            8..=256 => Ok(Self(text)),
            _ => Err(FieldError::new("", "too_long", expected).with_max(256)),
        }
    }

    /// The bytes to hash.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(…)")
    }
}

/// A picture's address: `https:` only, at most 2,048 bytes, with a host and without credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AvatarUrl(String);

impl AvatarUrl {
    /// Checks scheme, host and length. The address is only ever handed to clients, never fetched
    /// by us.
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        let expected = "must be an https address of at most 2048 bytes";
        let wrong = || FieldError::new("", "invalid", expected);
        let rest = text.strip_prefix("https://").ok_or_else(wrong)?;
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let plain = text.len() <= 2_048
            && !host.is_empty()
            && !host.contains('@')
            && text
                .chars()
                .all(|c| !c.is_whitespace() && !c.is_control() && !"<>\"'\\`".contains(c));
        if plain { Ok(Self(text.to_owned())) } else { Err(wrong()) }
    }

    /// The address, owned.
    pub fn into_string(self) -> String {
        self.0
    }
}

/// The emoji beside a status message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusEmoji(crate::Emoji);

impl StatusEmoji {
    /// One emoji, as in a reaction.
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        crate::Emoji::parse(text).map(Self)
    }

    /// The emoji, owned.
    pub fn into_string(self) -> String {
        self.0.as_str().to_owned()
    }
}

// Lengths count after trimming: more white space than that at the ends is accepted too.
schema_as!(Description, {"type": "string", "maxLength": 1_000, "pattern": NO_NUL});
schema_as!(MessageBody, {
    "type": "string",
    "minLength": 1,
    "maxLength": MessageBody::CHARS_MAX,
    "pattern": NO_NUL,
    "description": "Markdown, kept as written. Characters are code points, counted after trimming.",
});
schema_as!(Username, {
    "type": "string",
    "pattern": "^[A-Za-z0-9_]{3,20}$",
    "description": "Unique without regard to case. Some names are reserved.",
});
schema_as!(Password, {
    "type": "string",
    "format": "password",
    "minLength": 2,
    "maxLength": 256,
    "description": "8-256 bytes of UTF-8.",
});
schema_as!(AvatarUrl, {
    "type": "string",
    "format": "uri",
    "pattern": "^https://[^/?#@]",
    "maxLength": 2_048,
});
schema_as!(StatusEmoji, {"type": "string", "maxLength": 64, "description": "One emoji."});

/// Text without NUL.
const NO_NUL: &str = "^[^\\u0000]*$";

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn usernames() {
        for good in ["abc", "A_1", "x".repeat(20).as_str(), "admin1", "___"] {
            assert!(Username::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "ab", "x".repeat(21).as_str(), "a b", "a-b", "äbc", "аbc", "Admin", "ALL"]
        {
            assert!(Username::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(Username::parse("AbC").unwrap().folded(), "abc");
    }

    #[test]
    fn names_are_one_line_without_disguises() {
        assert_eq!(DisplayName::parse("  a \n\t b\u{202E}c ").unwrap().as_str(), "a b c");
        assert!(DisplayName::parse(" \u{200E}".trim_end_matches('\u{200E}')).is_err());
        assert!(DisplayName::parse(&"é".repeat(50)).is_ok());
        assert!(DisplayName::parse(&"é".repeat(51)).is_err());
        assert!(RoomName::parse(&"名".repeat(100)).is_ok());
        assert_eq!(RoomName::parse(&"名".repeat(101)).unwrap_err().max, Some(100));
    }

    #[test]
    fn message_bodies() {
        assert_eq!(MessageBody::parse(" a\r\nb\rc \n").unwrap().as_str(), "a\nb\nc");
        assert!(MessageBody::parse(&"😀".repeat(10_000)).is_ok());
        assert_eq!(MessageBody::parse(&"😀".repeat(10_001)).unwrap_err().code, "too_long");
        assert_eq!(MessageBody::parse("a\u{1b}[0m \u{2}b").unwrap().as_str(), "a\u{1b}[0m \u{2}b");
        for bad in ["", " \n\t ", "\0", "a\0b"] {
            assert!(MessageBody::parse(bad).is_err(), "{bad:?}");
        }
        assert_eq!(MessageBody::parse("a < b && c").unwrap().as_str(), "a < b && c");
    }

    #[test]
    fn avatars() {
        assert!(AvatarUrl::parse("https://example.org/a.png?x=1").is_ok());
        for bad in [
            "http://example.org/a.png",
            "javascript:alert(1)",
            "data:image/png;base64,AA",
            "https://",
            "https://u:p@example.org/",
            "https://e.org/\"onload=",
            "https:///a",
            "HTTPS://E.ORG/a b",
        ] {
            assert!(AvatarUrl::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn passwords_never_print() {
        let password = Password::parse("correct horse".into()).unwrap();
        assert!(!format!("{password:?}").contains("horse"));
        assert!(Password::parse("1234567".into()).is_err());
        assert!(Password::parse("x".repeat(257)).is_err());
    }

    proptest! {
        #[test]
        fn what_was_accepted_is_accepted_unchanged(text in "\\PC{0,60}") {
            if let Ok(name) = DisplayName::parse(&text) {
                prop_assert_eq!(DisplayName::parse(name.as_str()).unwrap(), name);
            }
            if let Ok(body) = MessageBody::parse(&text) {
                prop_assert_eq!(MessageBody::parse(body.as_str()).unwrap(), body);
            }
        }
    }
}
