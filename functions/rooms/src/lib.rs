//! What the routes of one room share: its ETag, `"<settings>-<all>"`.
//!
//! `If-None-Match` asks whether anything of the answer has changed, unread counts included. `If-Match`
//! asks only whether the settings are still those that were read: a message that comes in between is
//! no reason to refuse a new name.

use chat::view::RoomView;
use edge::names_etag;
use sha2::{Digest, Sha256};

/// The tag of a room as its viewer sees it.
pub fn etag(room: &RoomView) -> String {
    // Our own view types always serialise.
    let whole = Sha256::digest(serde_json::to_vec(room).unwrap_or_default());
    let whole: String = whole[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("\"{}-{whole}\"", room.settings_tag())
}

/// Whether an `If-None-Match` names the room as it is.
pub fn is_held(if_none_match: Option<&str>, tag: &str) -> bool {
    if_none_match.is_some_and(|header| names_etag(header, tag))
}

/// Whether an `If-Match`, if there is one, names these settings. Weak tags match nothing (RFC 9110,
/// 13.1.1).
pub fn may_change(if_match: Option<&str>, settings_tag: &str) -> bool {
    let names = |one: &str| {
        let tag = one.trim();
        let inner = tag.strip_prefix('"').and_then(|t| t.strip_suffix('"'));
        let settings = inner.and_then(|t| t.split('-').next());
        tag == "*" || settings == Some(settings_tag)
    };
    if_match.is_none_or(|header| header.split(',').any(names))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_settings_decide_on_a_change() {
        for (header, may) in [
            (None, true),
            (Some("*"), true),
            (Some("\"aa-1\""), true),
            (Some("\"aa-2\""), true),
            (Some("\"bb-1\", \"aa-9\""), true),
            (Some("\"bb-1\""), false),
            (Some("W/\"aa-1\""), false),
            (Some("aa-1"), false),
            (Some(""), false),
        ] {
            assert_eq!(may_change(header, "aa"), may, "{header:?}");
        }
    }
}
