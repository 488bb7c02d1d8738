//! Errors on the wire: one table from code to status, one shape for REST (RFC 9457), one for frames.

use domain::{ChatError, Code};
use schemars::JsonSchema;
use serde::Serialize;

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
        Code::FileUnreadable => 400,
        Code::AttachmentInUse => 409,
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

/// One field that is not as it must be.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ProblemField<'a> {
    /// JSON pointer into the body (RFC 6901), or the name of a query parameter or header.
    pointer: &'a str,
    /// `required`, `wrong_type`, `too_short`, `too_long`, `invalid`, `out_of_range`, `exclusive` …
    code: &'a str,
    /// What would be right.
    detail: &'a str,
    /// The upper bound that was passed.
    #[serde(skip_serializing_if = "Option::is_none")]
    max: Option<u64>,
}

impl<'a> ProblemField<'a> {
    fn of(f: &'a domain::FieldError) -> Self {
        Self { pointer: &f.pointer, code: f.code, detail: &f.expected, max: f.max }
    }
}

fn fields(error: &ChatError) -> Vec<ProblemField<'_>> {
    error.fields.iter().map(ProblemField::of).collect()
}

/// Code and sentence once more, for clients that look for `error`.
#[derive(Serialize, JsonSchema)]
pub(crate) struct ProblemError<'a> {
    code: Code,
    message: &'a str,
}

/// An error (RFC 9457). Test `code`; never the text.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Problem<'a> {
    /// `about:blank`: what went wrong is in `code`.
    #[serde(rename = "type")]
    kind: &'a str,
    title: &'a str,
    status: u16,
    code: Code,
    /// What to change.
    detail: &'a str,
    /// The path of the request.
    instance: &'a str,
    /// For the operator: it stands in the log too.
    request_id: &'a str,
    error: ProblemError<'a>,
    /// The fields at fault, for `validation_failed`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<ProblemField<'a>>,
}

/// The problem document of a REST answer.
pub(crate) fn problem<'a>(
    error: &'a ChatError,
    instance: &'a str,
    request_id: &'a str,
) -> Problem<'a> {
    let (status, code, detail) = (status(error.code), error.code, detail(error));
    Problem {
        kind: "about:blank",
        title: title(status),
        status,
        code,
        detail,
        instance,
        request_id,
        error: ProblemError { code, message: detail },
        errors: fields(error),
    }
}

/// The `data` of an error frame.
#[derive(Serialize, JsonSchema)]
pub(crate) struct FrameProblem<'a> {
    /// Test this; never the text.
    code: Code,
    /// What to change.
    message: &'a str,
    /// The fields at fault, for `validation_failed`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<ProblemField<'a>>,
    /// Milliseconds to wait before the next try.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_ms: Option<u64>,
}

/// The `data` of an error frame.
pub(crate) fn frame_data(error: &ChatError) -> FrameProblem<'_> {
    FrameProblem {
        code: error.code,
        message: detail(error),
        errors: fields(error),
        retry_after_ms: error.retry_after_ms,
    }
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
        let problem = serde_json::to_value(problem(&error, "/rooms", "r")).unwrap();
        assert!(!problem.to_string().contains("arn:aws"));
        assert_eq!(problem["code"], "unavailable");
    }
}
