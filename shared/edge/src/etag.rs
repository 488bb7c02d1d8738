//! Answers that need not be sent again: a tag for what was answered, 304 while the caller still has it.

use crate::{Reply, Request};
use sha2::{Digest, Sha256};

impl Reply {
    /// Tags a 200 by its body and answers 304, without the body, where the caller's `If-None-Match`
    /// names the tag. Such an answer may be kept and asked for again (`Cache-Control: no-cache`)
    /// unless the route said otherwise.
    #[must_use]
    pub fn with_etag(self, request: &Request) -> Self {
        let Some(body) = self.body_of_ok() else { return self };
        // 16 bytes: nobody gains by finding a collision with their own answer.
        let hash = Sha256::digest(body);
        let tag: String = hash[..16].iter().map(|byte| format!("{byte:02x}")).collect();
        let tag = format!("\"{tag}\"");
        let held = request.header("if-none-match").is_some_and(|held| names(held, &tag));
        let tagged = if held { self.not_modified() } else { self };
        tagged.default_header("cache-control", "no-cache").header("etag", tag)
    }
}

/// Whether an `If-None-Match` names a tag (RFC 9110, 13.1.2: compared weakly).
fn names(held: &str, tag: &str) -> bool {
    let held = held.trim();
    held == "*"
        || held.split(',').any(|one| {
            let one = one.trim();
            one.strip_prefix("W/").unwrap_or(one) == tag
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_compared_weakly() {
        let tag = "\"abc\"";
        for held in ["\"abc\"", "*", " W/\"abc\"", "\"x\", \"abc\"", "\"x\",W/\"abc\" "] {
            assert!(names(held, tag), "{held}");
        }
        for held in ["", "abc", "\"ab\"", "\"x\", \"y\"", "W/abc"] {
            assert!(!names(held, tag), "{held}");
        }
    }
}
