//! The stack as a whole: the real program, a small template, function processes that echo, crash,
//! sleep and fail.

#![allow(missing_docs, clippy::expect_used, clippy::panic, reason = "tests")]

mod events;
mod harness;
mod http;
mod queues;
mod site;
mod sockets;
mod start;
