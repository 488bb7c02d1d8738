//! One emoji, fully qualified: `❤` and `❤️` are the same reaction.

use crate::FieldError;
use crate::schema::schema_as;
use std::fmt;

/// One emoji of Unicode's recommended set (RGI), in its fully-qualified form.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Emoji(&'static str);

impl Emoji {
    /// Reads one emoji, with or without variation selectors (U+FE0F).
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        let wrong = || FieldError::new("/emoji", "invalid", "must be one emoji");
        if text.is_empty() || text.len() > 64 {
            return Err(wrong());
        }
        // The library answers minimally-qualified and unqualified forms with the qualified one; it
        // also answers short codes from another call, which are text to us.
        emojis::get(text).map(|e| Self(e.as_str())).ok_or_else(wrong)
    }

    /// The fully-qualified emoji.
    pub fn as_str(&self) -> &str {
        self.0
    }
}

impl fmt::Display for Emoji {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

schema_as!(Emoji, {
    "type": "string",
    "minLength": 1,
    "maxLength": 64,
    "description": "One emoji; answers have it fully qualified.",
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variation_selectors_and_sequences() {
        let heart = Emoji::parse("\u{2764}").unwrap();
        assert_eq!(heart, Emoji::parse("\u{2764}\u{FE0F}").unwrap());
        assert_eq!(heart.as_str(), "\u{2764}\u{FE0F}");
        for one in ["👍", "👍🏽", "👩‍💻", "🏳️‍🌈", "🇦🇶", "🔥", "🎉", "😂", "1️⃣"]
        {
            assert_eq!(Emoji::parse(one).unwrap().as_str(), one);
        }
    }

    #[test]
    fn text_and_pairs_are_refused() {
        for bad in ["", "a", "👍👍", "👍 ", ":thumbsup:", "thumbsup", "1", "#", "\u{FE0F}", "<b>"]
        {
            assert!(Emoji::parse(bad).is_err(), "{bad:?}");
        }
    }
}
