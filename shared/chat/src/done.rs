//! Small answers of routes that have nothing to show: no answer is empty.

use schemars::JsonSchema;
use serde::Serialize;

/// It is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct Deleted {
    pub deleted: bool,
}

impl Deleted {
    /// Also when it was gone before.
    pub const DONE: Self = Self { deleted: true };
}

/// The caller is no longer a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct Left {
    pub left: bool,
}

/// The caller's session has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct LoggedOut {
    pub logged_out: bool,
}

/// Somebody is no longer a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct Removed {
    pub removed: bool,
}

/// Nobody silences them any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct Lifted {
    pub lifted: bool,
}

/// They may come in again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct Unbanned {
    pub unbanned: bool,
}

/// It is not pinned any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct Unpinned {
    pub unpinned: bool,
}

/// It lets nobody in any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct Revoked {
    pub revoked: bool,
}

/// Whether the caller has blocked a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct Blocked {
    pub user_id: domain::UserId,
    pub blocked: bool,
}

/// A device has been signed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct SessionEnded {
    pub ended: bool,
}

/// The password is the new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct PasswordChanged {
    pub changed: bool,
    /// Other devices that were signed out by it.
    pub sessions_ended: usize,
}

/// The account is deactivated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct Deactivated {
    pub deactivated: bool,
}
