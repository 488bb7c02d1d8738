//! Errors on the wire: one table from code to status, one shape for REST (RFC 9457), one for frames.

use domain::{ChatError, Code};
use serde_json::{Value, json};

/// The HTTP status of a code.
pub(crate) const fn status(code: Code) -> u16 {
    match code {
        Code::MalformedJson
        | Code::ValidationFailed
        | Code::DirectRoomImmutable
        | Code::TooManyReactions
        | Code::MessageNotReactable
        | Code::TooManyPins
        | Code::TypeMismatch
        | Code::NotReportable => 400,
        Code::Unauthenticated
        | Code::TokenInvalid
        | Code::TokenExpired
        | Code::SessionRevoked
        | Code::InvalidCredentials
        | Code::RefreshInvalid => 401,
        Code::NotAMember
        | Code::InviteRequired
        | Code::InsufficientRole
        | Code::NotTheSender
        | Code::EditWindowExpired
        | Code::Silenced
        | Code::Blocked
        | Code::YouBlockedUser
        | Code::Banned
        | Code::Infected
        | Code::AccountDeactivated => 403,
        Code::NotFound | Code::MessageDeleted | Code::ReactionNotFound => 404,
        Code::MethodNotAllowed => 405,
        Code::UsernameTaken
        | Code::OwnerMustTransfer
        | Code::AttachmentNotReady
        | Code::IdempotencyConflict => 409,
        Code::InviteExpired | Code::InviteExhausted => 410,
        Code::PreconditionFailed => 412,
        Code::RangeNotSatisfiable => 416,
        Code::PayloadTooLarge => 413,
        Code::UnsupportedType => 415,
        Code::RateLimited => 429,
        Code::Unavailable => 503,
    }
}

const fn title(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        410 => "Gone",
        412 => "Precondition Failed",
        416 => "Range Not Satisfiable",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        429 => "Too Many Requests",
        _ => "Service Unavailable",
    }
}

/// The sentence a caller sees. What failed behind us is for the log only.
fn detail(error: &ChatError) -> &str {
    if error.code == Code::Unavailable { Code::Unavailable.detail() } else { &error.detail }
}

fn fields(error: &ChatError) -> Vec<Value> {
    let field = |f: &domain::FieldError| {
        let mut field = json!({"pointer": f.pointer, "code": f.code, "detail": f.expected});
        if let Some(max) = f.max {
            field["max"] = max.into();
        }
        field
    };
    error.fields.iter().map(field).collect()
}

/// The problem document of a REST answer.
pub(crate) fn problem(error: &ChatError, instance: &str, request_id: &str) -> Value {
    let status = status(error.code);
    let (code, detail) = (error.code.as_str(), detail(error));
    let mut problem = json!({
        "type": "about:blank",
        "title": title(status),
        "status": status,
        "code": code,
        "detail": detail,
        "instance": instance,
        "request_id": request_id,
        "error": {"code": code, "message": detail},
    });
    if !error.fields.is_empty() {
        problem["errors"] = fields(error).into();
    }
    problem
}

/// The `data` of an error frame.
pub(crate) fn frame_data(error: &ChatError) -> Value {
    let mut data = json!({"code": error.code.as_str(), "message": detail(error)});
    if !error.fields.is_empty() {
        data["errors"] = fields(error).into();
    }
    if let Some(ms) = error.retry_after_ms {
        data["retry_after_ms"] = ms.into();
    }
    data
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_never_gets_a_5xx_for_their_own_mistake() {
        for code in Code::ALL {
            let expected = if *code == Code::Unavailable { 503 } else { status(*code) };
            assert_eq!(status(*code), expected);
            assert!(*code == Code::Unavailable || (400..500).contains(&status(*code)), "{code:?}");
        }
    }

    #[test]
    fn what_failed_behind_us_is_not_told() {
        let error = ChatError::unavailable("dynamodb PutItem: AccessDenied arn:aws:…");
        let problem = problem(&error, "/rooms", "r");
        assert!(!problem.to_string().contains("arn:aws"));
        assert_eq!(problem["code"], "unavailable");
    }
}
