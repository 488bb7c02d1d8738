//! Why a request was refused, in the protocol's words: one table from our codes to its error ids.

use domain::{ChatError, Code};
use serde_json::{Value, json};

/// A refusal.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// `errID`
    pub id: String,
    /// `errText`
    pub text: String,
    /// `errPayload`
    pub payload: Option<Value>,
}

impl Refusal {
    /// A refusal without more to say.
    pub fn new(id: &str, text: impl Into<String>) -> Self {
        Self { id: id.to_owned(), text: text.into(), payload: None }
    }

    /// A frame, or a payload, that is not what its type has.
    pub fn parse(text: impl Into<String>) -> Self {
        Self::new("parseError", text)
    }

    /// Something in a payload that cannot be.
    pub fn invalid(field: &str, text: impl Into<String>) -> Self {
        Self::new("invalid_payload", text).with(json!({"field": field}))
    }

    /// Not exactly one user.
    pub fn recipient(text: &str) -> Self {
        Self::new("invalid_recipient", text)
    }

    /// A message that the two do not share.
    pub fn unknown_message() -> Self {
        Self::new("unknown_message", "there is no such message in this chat")
    }

    /// What is known of people by anything else than their name.
    pub fn third_pid() -> Self {
        let text = "this server keeps neither e-mail addresses nor phone numbers: use the username";
        Self::new("third_pid_unsupported", text)
    }

    /// The same with an `errPayload`.
    #[must_use]
    pub fn with(mut self, payload: Value) -> Self {
        self.payload = Some(payload);
        self
    }

    /// The same under another id.
    #[must_use]
    pub fn named(mut self, id: &str) -> Self {
        self.id = id.to_owned();
        self
    }
}

/// The id of a code.
const fn id(code: Code) -> &'static str {
    match code {
        Code::MalformedJson => "parseError",
        Code::ValidationFailed
        | Code::AttachmentNotReady
        | Code::AttachmentInUse
        | Code::Infected
        | Code::PayloadTooLarge
        | Code::TypeMismatch
        | Code::UnsupportedType
        | Code::FileUnreadable => "invalid_payload",
        Code::Unauthenticated | Code::TokenInvalid | Code::TokenExpired | Code::SessionRevoked => {
            "unauthorized"
        }
        Code::InvalidCredentials => "invalid_creds",
        Code::UsernameTaken => "id_exists",
        Code::RegistrationClosed => "reg_disabled",
        Code::RateLimited => "ratelimit_exceed",
        Code::Blocked | Code::YouBlockedUser => "banned",
        Code::AccountDeactivated => "unknown_user",
        Code::NotFound | Code::MessageDeleted | Code::NotAMember => "unknown_message",
        Code::Unavailable => "internal-server-error",
        // What private chats have no use for: nothing of it can be asked for here.
        _ => "forbidden",
    }
}

impl From<ChatError> for Refusal {
    fn from(error: ChatError) -> Self {
        if error.code == Code::Unavailable {
            crate::frame::logged(&error);
            return Self::new(id(error.code), Code::Unavailable.detail());
        }
        let refusal = Self::new(id(error.code), error.detail.clone());
        if let Some(field) = error.fields.first() {
            if field.pointer == "/parent_message_id" {
                return Self::unknown_message();
            }
            return refusal.with(json!({"field": field.pointer}));
        }
        match (error.code, error.retry_after_ms) {
            (Code::RateLimited, wait) => refusal.with(json!({"retryAfter": wait.unwrap_or(1_000)})),
            _ => refusal,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::FieldError;

    #[test]
    fn codes_have_the_protocols_ids() {
        for (error, expected, payload) in [
            (
                ChatError::rate_limited(10, 1_234),
                "ratelimit_exceed",
                Some(json!({"retryAfter": 1_234})),
            ),
            (ChatError::new(Code::Blocked), "banned", None),
            (ChatError::new(Code::YouBlockedUser), "banned", None),
            (ChatError::new(Code::SessionRevoked), "unauthorized", None),
            (ChatError::new(Code::UsernameTaken), "id_exists", None),
            (ChatError::new(Code::RegistrationClosed), "reg_disabled", None),
            (ChatError::new(Code::InvalidCredentials), "invalid_creds", None),
            (ChatError::new(Code::Silenced), "forbidden", None),
            (
                FieldError::new("/content", "too_long", "is").into(),
                "invalid_payload",
                Some(json!({"field": "/content"})),
            ),
            (
                FieldError::new("/parent_message_id", "invalid", "is").into(),
                "unknown_message",
                None,
            ),
        ] {
            let refusal = Refusal::from(error);
            assert_eq!((refusal.id.as_str(), refusal.payload), (expected, payload));
            assert!(!refusal.text.is_empty());
        }
    }

    #[test]
    fn what_failed_behind_us_is_not_told() {
        let refusal = Refusal::from(ChatError::unavailable("dynamodb PutItem: arn:aws:…"));
        assert_eq!(refusal.id, "internal-server-error");
        assert!(!refusal.text.contains("arn:aws"));
    }
}
