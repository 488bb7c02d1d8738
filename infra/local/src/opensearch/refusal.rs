//! Errors as OpenSearch words them.

use crate::net::{self, Answer};
use http::StatusCode;
use serde_json::{Value, json};

/// Why a call, or one entry of a bulk, is not done.
#[derive(Debug)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// OpenSearch's name for it, as `parsing_exception`.
    pub kind: &'static str,
    /// A sentence.
    pub reason: String,
}

impl Refusal {
    /// Something in the request that this engine does not know, or nobody does.
    pub fn parsing(reason: impl Into<String>) -> Self {
        Self { status: 400, kind: "parsing_exception", reason: reason.into() }
    }

    /// A parameter or value that is not right.
    pub fn argument(reason: impl Into<String>) -> Self {
        Self { status: 400, kind: "illegal_argument_exception", reason: reason.into() }
    }

    /// No index and no alias of that name.
    pub fn no_index(name: &str) -> Self {
        let reason = format!("no such index [{name}]");
        Self { status: 404, kind: "index_not_found_exception", reason }
    }

    /// The engine itself failed.
    pub fn broken(error: impl std::fmt::Display) -> Self {
        Self { status: 500, kind: "engine_exception", reason: error.to_string() }
    }

    /// The `error` object.
    pub fn error(&self) -> Value {
        json!({"type": self.kind, "reason": self.reason})
    }

    /// The whole answer.
    pub fn answer(&self) -> Answer {
        let mut error = self.error();
        error["root_cause"] = json!([self.error()]);
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        net::json(status, &json!({"error": error, "status": self.status}))
    }
}

impl From<tantivy::TantivyError> for Refusal {
    fn from(error: tantivy::TantivyError) -> Self {
        Self::broken(error)
    }
}
