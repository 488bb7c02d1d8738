//! Errors as the protocol leaves them: a status, and `{"error": "…"}`.

use domain::{ChatError, Code};
use edge::{Reply, Request};
use serde_json::json;

/// Says an error.
pub fn refuse(error: &ChatError, _: &Request) -> Reply {
    let said = match error.code {
        // What failed behind us is for the log only.
        Code::Unavailable => Code::Unavailable.detail(),
        _ => &error.detail,
    };
    let reply = Reply::json(status(error.code), &json!({"error": said}));
    let later = matches!(error.code, Code::AttachmentNotReady).then_some(5_000);
    match error.retry_after_ms.or(later) {
        Some(ms) => reply.header("retry-after", ms.div_ceil(1000).max(1).to_string()),
        None => reply,
    }
}

const fn status(code: Code) -> u16 {
    match code {
        Code::Unauthenticated
        | Code::TokenInvalid
        | Code::TokenExpired
        | Code::SessionRevoked
        | Code::InvalidCredentials => 401,
        Code::Blocked
        | Code::YouBlockedUser
        | Code::NotTheSender
        | Code::Silenced
        | Code::Infected => 403,
        Code::NotFound | Code::MessageDeleted | Code::AccountDeactivated | Code::NotAMember => 404,
        Code::IdempotencyConflict => 409,
        Code::PayloadTooLarge => 413,
        Code::UnsupportedType => 415,
        Code::RateLimited => 429,
        // It has not been checked yet: the same call will do in a moment.
        Code::AttachmentNotReady | Code::Unavailable => 503,
        _ => 400,
    }
}
