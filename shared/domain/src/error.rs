//! Errors are values with stable codes. They do not know HTTP: `edge` maps a code to a status.

use serde::{Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;

/// What every rule and use case answers with.
pub type Result<T, E = ChatError> = std::result::Result<T, E>;

/// Declares the codes with their wire name and the sentence used where nobody has a better one.
macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $detail:literal;)*) => {
        /// A stable, untranslated error code. Clients test these, never the text.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[allow(missing_docs, reason = "each variant is described by its sentence")]
        pub enum Code { $($(#[$doc])* $variant,)* }

        impl Code {
            /// Every code, for tables that must be complete.
            pub const ALL: &[Code] = &[$(Code::$variant,)*];

            /// The code as it stands in an answer.
            pub const fn as_str(self) -> &'static str {
                match self { $(Code::$variant => $code,)* }
            }

            /// The sentence shown where the caller of [`ChatError::new`] gave none.
            pub const fn detail(self) -> &'static str {
                match self { $(Code::$variant => $detail,)* }
            }
        }
    };
}

codes! {
    MalformedJson = "malformed_json", "the body is not valid JSON";
    ValidationFailed = "validation_failed", "the request has invalid fields";
    DirectRoomImmutable = "direct_room_immutable", "a direct room has exactly two members for ever";
    TooManyReactions = "too_many_reactions", "this message cannot take another reaction";
    MessageNotReactable = "message_not_reactable", "system messages take no reactions";
    TooManyPins = "too_many_pins", "a room has at most 250 pinned messages";
    TypeMismatch = "type_mismatch", "the file's name, its declared type and its content disagree";
    NotReportable = "not_reportable", "your own and system messages cannot be reported";
    Unauthenticated = "unauthenticated", "send Authorization: Bearer <token>";
    TokenInvalid = "token_invalid", "the token is not one of ours; sign in again";
    TokenExpired = "token_expired", "the token has expired; refresh it or sign in again";
    SessionRevoked = "session_revoked", "this session has ended; sign in again";
    InvalidCredentials = "invalid_credentials", "unknown username or wrong password";
    RefreshInvalid = "refresh_invalid", "the refresh token is not valid; sign in again";
    NotAMember = "not_a_member", "join the room first";
    InviteRequired = "invite_required", "this room can be joined by invitation only";
    InsufficientRole = "insufficient_role", "your role in this room does not allow this";
    NotTheSender = "not_the_sender", "only the sender may edit a message";
    EditWindowExpired = "edit_window_expired", "a message can be edited for 15 minutes";
    Silenced = "silenced", "you have been silenced in this room";
    Blocked = "blocked", "this user cannot be reached";
    YouBlockedUser = "you_blocked_user", "you have blocked this user; unblock them first";
    Banned = "banned", "you have been banned from this room";
    Infected = "infected", "this file was found to be harmful";
    AccountDeactivated = "account_deactivated", "this account is deactivated";
    NotFound = "not_found", "there is nothing here";
    MessageDeleted = "message_deleted", "the message has been deleted";
    ReactionNotFound = "reaction_not_found", "you have not reacted with this emoji";
    MethodNotAllowed = "method_not_allowed", "this path does not take this method";
    UsernameTaken = "username_taken", "this username is taken";
    OwnerMustTransfer = "owner_must_transfer", "transfer the ownership before you leave";
    AttachmentNotReady = "attachment_not_ready", "this file has not been checked yet";
    IdempotencyConflict = "idempotency_conflict", "this key was used for another request";
    InviteExpired = "invite_expired", "this invitation has expired";
    InviteExhausted = "invite_exhausted", "this invitation has been used up";
    PreconditionFailed = "precondition_failed", "this has changed since you read it; load it again";
    RangeNotSatisfiable = "range_not_satisfiable", "the file has no such bytes";
    PayloadTooLarge = "payload_too_large", "the request is too large";
    UnsupportedType = "unsupported_type", "send the body as application/json";
    RateLimited = "rate_limited", "too many requests; wait and try again";
    FileUnreadable = "file_unreadable", "the file is encrypted or damaged, so it cannot be checked";
    AttachmentInUse = "attachment_in_use", "the file belongs to a message; delete the message";
    /// Ours, never the caller's: a service behind us did not answer.
    Unavailable = "unavailable", "a service behind this route did not answer; try again";
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl schemars::JsonSchema for Code {
    fn schema_name() -> Cow<'static, str> {
        "ErrorCode".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let codes: Vec<_> = Self::ALL.iter().map(|code| code.as_str()).collect();
        schemars::json_schema!({"type": "string", "enum": codes})
    }
}

/// One field of a request that is not as it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// JSON pointer into the body (RFC 6901), or the name of a query or path parameter.
    pub pointer: Cow<'static, str>,
    /// `required`, `wrong_type`, `too_short`, `too_long`, `invalid`, `out_of_range`, `exclusive`.
    pub code: &'static str,
    /// What would be right, as a sentence that follows the field's name.
    pub expected: Cow<'static, str>,
    /// The upper bound that was passed, where there is one.
    pub max: Option<u64>,
}

impl FieldError {
    /// A field error without an upper bound.
    pub fn new(
        pointer: impl Into<Cow<'static, str>>,
        code: &'static str,
        expected: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { pointer: pointer.into(), code, expected: expected.into(), max: None }
    }

    /// The same with the bound that was passed.
    #[must_use]
    pub fn with_max(mut self, max: u64) -> Self {
        self.max = Some(max);
        self
    }

    /// The same error seen from a field: rules name no field, the edge does.
    #[must_use]
    pub fn at(mut self, pointer: impl Into<Cow<'static, str>>) -> Self {
        self.pointer = pointer.into();
        self
    }
}

impl From<FieldError> for ChatError {
    fn from(field: FieldError) -> Self {
        Self::fields(vec![field])
    }
}

/// Why a request was refused, or could not be served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChatError {
    /// The stable code.
    pub code: Code,
    /// A sentence that says what to change. Never holds message text or secrets.
    pub detail: Cow<'static, str>,
    /// The fields at fault, for [`Code::ValidationFailed`].
    pub fields: Vec<FieldError>,
    /// How long to wait, in milliseconds, for [`Code::RateLimited`].
    pub retry_after_ms: Option<u64>,
    /// The limit that was hit (requests per window), for [`Code::RateLimited`].
    pub limit: Option<u32>,
}

impl ChatError {
    /// The error with its usual sentence.
    pub fn new(code: Code) -> Self {
        Self::because(code, code.detail())
    }

    /// The error with a sentence of its own.
    pub fn because(code: Code, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { code, detail: detail.into(), fields: Vec::new(), retry_after_ms: None, limit: None }
    }

    /// Invalid fields; the detail names the first.
    pub fn fields(fields: Vec<FieldError>) -> Self {
        let detail = fields.first().map_or(Cow::Borrowed(Code::ValidationFailed.detail()), |f| {
            Cow::Owned(
                format!("{} {}", f.pointer.trim_start_matches('/'), f.expected).trim().into(),
            )
        });
        Self { fields, ..Self::because(Code::ValidationFailed, detail) }
    }

    /// Too many requests: `limit` per window, the next is free in `retry_after_ms`.
    pub fn rate_limited(limit: u32, retry_after_ms: u64) -> Self {
        Self {
            retry_after_ms: Some(retry_after_ms),
            limit: Some(limit),
            ..Self::new(Code::RateLimited)
        }
    }

    /// A service behind us failed; `what` is for our log and names no user data.
    pub fn unavailable(what: impl fmt::Display) -> Self {
        Self::because(Code::Unavailable, what.to_string())
    }
}

impl fmt::Display for ChatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.as_str(), self.detail)
    }
}

impl std::error::Error for ChatError {}

impl From<Code> for ChatError {
    fn from(code: Code) -> Self {
        Self::new(code)
    }
}
