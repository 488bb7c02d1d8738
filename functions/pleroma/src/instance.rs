//! What clients ask first: who this is, what it can do, and where the streaming socket is.

use domain::{FILE_BYTES_MAX, MessageBody};
use serde_json::{Value, json};

/// The version that clients read their features from: chats as Pleroma has them since 2.3.
const VERSION: &str = "2.7.2 (compatible; Pleroma 2.5.1)";
const DESCRIPTION: &str = "A chat: direct rooms of Parlance as Pleroma's chats.";
/// The largest file in a form, in bytes: a function's request ends at 6 MB, in which it is base64.
const UPLOAD_BYTES_MAX: u64 = 4_500_000;

/// `/api/v1/instance`
pub fn first(base: &str) -> Value {
    json!({
        "uri": base,
        "title": "Parlance",
        "short_description": DESCRIPTION,
        "description": DESCRIPTION,
        "email": "",
        "version": VERSION,
        "urls": {"streaming_api": streaming(base)},
        "stats": {"user_count": 0, "status_count": 0, "domain_count": 1},
        "thumbnail": null,
        "languages": ["en"],
        "registrations": false,
        "approval_required": false,
        "invites_enabled": false,
        "contact_account": null,
        "rules": [],
        "max_toot_chars": MessageBody::CHARS_MAX,
        "chat_limit": MessageBody::CHARS_MAX,
        "upload_limit": UPLOAD_BYTES_MAX.min(FILE_BYTES_MAX),
        "poll_limits": polls(),
        "configuration": configuration(),
        "pleroma": pleroma(),
    })
}

/// `/api/v2/instance`
pub fn second(base: &str) -> Value {
    let mut configuration = configuration();
    configuration["urls"] = json!({"streaming": streaming(base)});
    json!({
        "domain": base.split("://").last().unwrap_or_default(),
        "title": "Parlance",
        "version": VERSION,
        "source_url": "",
        "description": DESCRIPTION,
        "usage": {"users": {"active_month": 0}},
        "thumbnail": {"url": ""},
        "languages": ["en"],
        "configuration": configuration,
        "registrations": {"enabled": false, "approval_required": false, "message": null},
        "contact": {"email": "", "account": null},
        "rules": [],
        "pleroma": pleroma(),
    })
}

/// `https` becomes `wss`; clients append the path themselves.
fn streaming(base: &str) -> String {
    base.strip_prefix("http").map_or_else(|| base.to_owned(), |rest| format!("ws{rest}"))
}

fn polls() -> Value {
    json!({"max_options": 0, "max_option_chars": 0, "min_expiration": 0, "max_expiration": 0})
}

fn configuration() -> Value {
    json!({
        "statuses": {"max_characters": MessageBody::CHARS_MAX, "max_media_attachments": 1, "characters_reserved_per_url": 0},
        "media_attachments": {
            "supported_mime_types": [],
            "image_size_limit": UPLOAD_BYTES_MAX,
            "video_size_limit": UPLOAD_BYTES_MAX,
        },
        "polls": {"max_options": 0, "max_characters_per_option": 0, "min_expiration": 0, "max_expiration": 0},
    })
}

fn pleroma() -> Value {
    json!({
        "metadata": {
            "account_activation_required": false,
            "features": ["pleroma_api", "pleroma_chat_messages"],
            "federation": {"enabled": false},
            "fields_limits": {"max_fields": 0, "max_remote_fields": 0, "name_length": 0, "value_length": 0},
            "post_formats": ["text/plain"],
        },
        "stats": {"mau": 0},
        "vapid_public_key": null,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sockets_scheme_follows() {
        assert_eq!(streaming("https://chat.example"), "wss://chat.example");
        assert_eq!(streaming("http://127.0.0.1:3000"), "ws://127.0.0.1:3000");
    }
}
