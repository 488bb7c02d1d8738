//! The one driver of everything that speaks to a running Parlance from outside: the whole-system tests,
//! the replay and the benchmark. It knows the wire contract (`docs/api.md`) and nothing of the server's
//! code, so a mistake in the server cannot hide in a type that both sides share.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "test support: a failed expectation is how it reports"
)]

pub mod answer;
pub mod api;
pub mod bench;
pub mod cadmium;
pub mod contract;
pub mod files;
mod inbox;
pub mod managing;
pub mod metrics;
pub mod peer;
pub mod pleroma;
pub mod process;
pub mod push;
pub mod replay;
pub mod rooms;
pub mod search;
pub mod shape;
pub mod socket;
pub mod stack;
pub mod state;
pub mod stats;
pub mod template;
pub mod user;
pub mod view;

/// What a test file imports.
pub mod prelude {
    pub use crate::answer::Answer;
    pub use crate::api::{Api, Payload};
    pub use crate::rooms::{contents, ids, seqs, system_lines, written};
    pub use crate::shape;
    pub use crate::socket::{Frame, SignIn, Socket};
    pub use crate::stack::{Options, Stack, brief, limited, stack};
    pub use crate::user::{PASSWORD, User, username};
    pub use crate::view::RoomView;
    pub use serde_json::{Value, json};
}

/// How long anything may take before a test counts as hung. Only a bound: nothing waits this long when
/// things work, and no assertion compares against it. Generous, since a debug build on a busy machine
/// starts dozens of processes at first use.
pub const DEADLINE: std::time::Duration = std::time::Duration::from_secs(90);
