//! Whole-system tests: everything through HTTP and WebSocket against a running stack, shaped like the
//! routes. `whole/` holds what belongs to no single route. One binary, since linking is what costs.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failed expectation is how a test reports; helpers between tests are tests too"
)]

mod attachments;
mod auth;
mod cadmium;
mod directchat;
mod fallback;
mod invites;
mod members;
mod messages;
mod meta;
mod moderation;
mod notifications;
mod pleroma;
mod rooms;
mod search;
mod socket;
mod sync;
mod users;
mod whole;
mod workers;
