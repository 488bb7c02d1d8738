//! The objects of `docs/api.md`, member by member. Every member must be there, null or not; more may come.

use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

type Check = fn(&Value) -> bool;

fn text(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.is_empty())
}
fn any_text(value: &Value) -> bool {
    value.is_string()
}
fn text_or_null(value: &Value) -> bool {
    value.is_null() || value.is_string()
}
fn number(value: &Value) -> bool {
    value.is_u64()
}
fn number_or_null(value: &Value) -> bool {
    value.is_null() || value.is_u64()
}
fn flag(value: &Value) -> bool {
    value.is_boolean()
}
fn list(value: &Value) -> bool {
    value.is_array()
}
fn is_time(value: &Value) -> bool {
    let Some(text) = value.as_str() else { return false };
    // 2026-11-20T13:20:01.123Z
    text.len() == 24 && text.ends_with('Z') && text.as_bytes()[19] == b'.' && moment(text).is_some()
}
fn time_or_null(value: &Value) -> bool {
    value.is_null() || is_time(value)
}

/// An RFC 3339 text as a moment.
pub fn moment(text: &str) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(text, &Rfc3339).ok()
}

#[track_caller]
fn members(what: &str, value: &Value, table: &[(&str, Check)]) {
    assert!(value.is_object(), "{what}: not an object: {value}");
    for (name, check) in table {
        let member = value.get(*name);
        assert!(member.is_some_and(check), "{what}: {name} is missing or wrong in {value}");
    }
    let secret = ["password", "password_hash", "hash", "salt", "PK", "SK", "pk", "sk"];
    assert!(
        secret.iter().all(|name| value.get(*name).is_none()),
        "{what}: shows a secret or its storage: {value}"
    );
}

/// A full **User**.
#[track_caller]
pub fn user(value: &Value) {
    compact_user(value);
    members(
        "user",
        value,
        &[
            ("status", text),
            ("status_message", text_or_null),
            ("status_emoji", text_or_null),
            ("status_expires_at", time_or_null),
            ("created_at", is_time),
            ("last_seen", time_or_null),
        ],
    );
    assert!(
        ["online", "away", "busy", "offline"].iter().any(|status| value["status"] == *status),
        "{value}"
    );
}

/// A compact user.
#[track_caller]
pub fn compact_user(value: &Value) {
    members(
        "compact user",
        value,
        &[("id", text), ("username", text), ("display_name", text), ("avatar_url", text_or_null)],
    );
}

/// A **session**.
#[track_caller]
pub fn session(value: &Value) {
    assert_eq!(value["token_type"], "Bearer", "{value}");
    members(
        "session",
        value,
        &[
            ("token", text),
            ("expires_at", is_time),
            ("refresh_token", text),
            ("refresh_expires_at", is_time),
        ],
    );
    user(&value["user"]);
}

/// The part of a **Room** that everybody may see.
#[track_caller]
pub fn room(value: &Value) {
    members(
        "room",
        value,
        &[
            ("id", text),
            ("name", any_text),
            ("description", text_or_null),
            ("type", text),
            ("creator_id", text),
            ("created_at", is_time),
            ("member_count", number),
            ("pin_count", number),
            ("last_seq", number),
            ("last_message_at", time_or_null),
        ],
    );
}

/// A **Room** as a member sees it.
#[track_caller]
pub fn room_of_member(value: &Value) {
    room(value);
    members(
        "room of a member",
        value,
        &[
            ("role", text),
            ("unread_count", number),
            ("mention_count", number),
            ("notification_level", text),
            ("last_read_message_id", text_or_null),
            ("last_read_seq", number_or_null),
        ],
    );
    assert!(["owner", "admin", "member"].iter().any(|role| value["role"] == *role), "{value}");
    if value["type"] == "direct" {
        compact_user(&value["peer"]);
        assert_eq!(value["name"], value["peer"]["display_name"], "{value}");
    }
    if value["last_message"].is_object() {
        message(&value["last_message"]);
    }
}

/// A **membership**.
#[track_caller]
pub fn membership(value: &Value) {
    members(
        "membership",
        value,
        &[("room_id", text), ("user_id", text), ("role", text), ("joined_at", is_time)],
    );
}

/// A **Message**.
#[track_caller]
pub fn message(value: &Value) {
    members(
        "message",
        value,
        &[
            ("id", text),
            ("room_id", text),
            ("seq", number),
            ("type", text),
            ("content", any_text),
            ("created_at", is_time),
            ("edited_at", time_or_null),
            ("deleted", flag),
            ("deleted_at", time_or_null),
            ("parent_message_id", text_or_null),
            ("reply_to_message_id", text_or_null),
            ("reactions", list),
            ("attachments", list),
            ("mentions", list),
            ("mentions_all", flag),
            ("reply_count", number),
            ("last_reply_at", time_or_null),
            ("pinned", flag),
        ],
    );
    system(value);
    for absent_or_null in ["deleted_by", "client_id"] {
        assert!(value.get(absent_or_null).is_some(), "message: no {absent_or_null} in {value}");
    }
    compact_user(&value["sender"]);
    for reaction in value["reactions"].as_array().into_iter().flatten() {
        members("reaction", reaction, &[("emoji", text), ("count", number), ("users", list)]);
        let users = reaction["users"].as_array().map_or(&[][..], Vec::as_slice);
        assert!(users.len() <= 5, "{reaction}");
        users.iter().for_each(compact_user);
    }
}

/// What a system message tells, and that no other message tells it.
#[track_caller]
fn system(message: &Value) {
    let line = &message["system"];
    assert!(message.get("system").is_some(), "message: no system in {message}");
    assert_eq!(message["type"] == "system", line.is_object(), "{message}");
    if line.is_object() {
        members("system", line, &[("kind", text), ("text", text_or_null)]);
        compact_user(&line["actor"]);
        if !line["subject"].is_null() {
            compact_user(&line["subject"]);
        }
        assert_eq!(message["content"], "", "{message}");
    }
}

/// What is left of a deleted message.
#[track_caller]
pub fn tombstone(value: &Value, by: &str) {
    message(value);
    assert_eq!(value["deleted"], true, "{value}");
    assert_eq!(value["content"], "[deleted]", "{value}");
    assert!(is_time(&value["deleted_at"]), "{value}");
    assert_eq!(value["reactions"], serde_json::json!([]), "{value}");
    assert_eq!(value["attachments"], serde_json::json!([]), "{value}");
    let deleter = value["deleted_by"].as_str().or_else(|| value["deleted_by"]["id"].as_str());
    assert_eq!(deleter, Some(by), "{value}");
}

/// One page of history: complete, in order, with cursors that agree with the flags.
#[track_caller]
pub fn page(value: &Value) {
    members(
        "page",
        value,
        &[
            ("messages", list),
            ("has_more_before", flag),
            ("has_more_after", flag),
            ("prev_cursor", text_or_null),
            ("next_cursor", text_or_null),
        ],
    );
    let messages = value["messages"].as_array().map_or(&[][..], Vec::as_slice);
    messages.iter().for_each(message);
    if messages.is_empty() {
        return;
    }
    let seqs = crate::rooms::seqs(messages);
    let up = seqs.windows(2).all(|pair| pair[0] < pair[1]);
    let down = seqs.windows(2).all(|pair| pair[0] > pair[1]);
    assert!(up || down, "a page in no order: {seqs:?}");
    let (first, last) = (&messages[0]["id"], &messages[messages.len() - 1]["id"]);
    let (oldest, newest) = if down { (last, first) } else { (first, last) };
    let expected = |more: &Value, id: &Value| if *more == true { id.clone() } else { Value::Null };
    assert_eq!(value["prev_cursor"], expected(&value["has_more_before"], oldest), "{value}");
    assert_eq!(value["next_cursor"], expected(&value["has_more_after"], newest), "{value}");
}

/// An event frame: envelope and, for a room's event, the same number outside and inside.
#[track_caller]
pub fn event(frame: &crate::socket::Frame) {
    assert!(is_time(&frame.raw["ts"]), "no ts in {}", frame.raw);
    if frame.data.get("seq").is_some() {
        assert_eq!(frame.raw["seq"], frame.data["seq"], "{}", frame.raw);
        assert!(frame.seq.is_some(), "{}", frame.raw);
        assert!(text(&frame.data["room_id"]), "{}", frame.raw);
    }
}
