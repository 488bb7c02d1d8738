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
