//! The replay of real conversations: reading them ([`corpus`]), the people who write ([`crew`]), those who
//! listen ([`observer`]), what goes wrong on purpose ([`chaos`]) and what must hold at the end ([`verdict`]).

pub mod chaos;
pub mod corpus;
pub mod crew;
pub mod observer;
pub mod verdict;
pub mod writer;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// What happened so far, counted by everybody.
#[derive(Default)]
pub struct Tally {
    /// Lines acknowledged.
    pub sent: AtomicU64,
    /// Sends that had to be repeated.
    pub retries: AtomicU64,
    /// Sends that the server knew already when they came again.
    pub replayed: AtomicU64,
    /// Sockets opened again after the first time, on failure (not to make room for others).
    pub reconnects: AtomicU64,
    /// Function processes killed.
    pub kills: AtomicU64,
    /// Kills of the whole stack.
    pub stack_kills: AtomicU64,
    /// Set when all lines are acknowledged.
    pub written: AtomicBool,
}

impl Tally {
    /// Adds one.
    pub fn count(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// Whether all lines are acknowledged.
    pub fn is_written(&self) -> bool {
        self.written.load(Ordering::Acquire)
    }
}
