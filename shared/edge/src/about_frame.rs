//! What a socket route says about itself (see [`crate::About`]).

use crate::about::print;
use crate::problem::FrameProblem;
use crate::schemas::{Schemas, renamed};
use crate::serve::Exit;
use domain::Code;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What any frame may be answered with.
const ANY: [Code; 6] = [
    Code::MalformedJson,
    Code::ValidationFailed,
    Code::TokenExpired,
    Code::SessionRevoked,
    Code::RateLimited,
    Code::Unavailable,
];

/// An answer's `data` where there is nothing to say.
#[derive(Clone, Copy, Debug, Default, Serialize, JsonSchema)]
pub struct Nothing {}

/// Describes one frame to the server.
pub struct AboutFrame {
    kind: &'static str,
    summary: &'static str,
    fields: Option<Value>,
    answer: Option<Value>,
    codes: BTreeSet<&'static str>,
    schemas: Schemas,
}

impl AboutFrame {
    pub(crate) fn new(kind: &'static str, summary: &'static str) -> Self {
        let codes = ANY.iter().map(|code| code.as_str()).collect();
        Self { kind, summary, fields: None, answer: None, codes, schemas: Schemas::new() }
    }

    /// The frame's fields, flat or under `data`.
    #[must_use]
    pub fn body<T: JsonSchema>(mut self) -> Self {
        self.fields = Some(self.schemas.read::<T>());
        self
    }

    /// The `data` of the answer.
    #[must_use]
    pub fn answers<T: JsonSchema>(mut self) -> Self {
        self.answer = Some(self.schemas.written::<T>());
        self
    }

    /// Codes that this frame adds to those every frame has.
    #[must_use]
    pub fn refuses(mut self, codes: &[Code]) -> Self {
        self.codes.extend(codes.iter().map(|code| code.as_str()));
        self
    }

    fn described(mut self, stem: &str, answer_kind: &str) -> Result<Value, String> {
        let answer = self.answer.ok_or_else(|| format!("{stem} describes no answer"))?;
        let problem = self.schemas.written::<FrameProblem>();
        let named = self.schemas.named()?;
        let whole = json!({"kind": "frame", "operationId": stem, "type": self.kind,
            "summary": self.summary, "fields": self.fields, "answer_type": answer_kind,
            "answer": answer, "problem": problem, "codes": self.codes, "schemas": named});
        Ok(renamed(whole, &named, stem))
    }
}

/// Describes a frame's route.
pub(crate) fn print_frame(about: impl FnOnce() -> AboutFrame, answer_kind: &str) -> Exit {
    print(|stem| about().described(stem, answer_kind))
}
