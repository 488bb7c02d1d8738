//! The state of one function's processes, behind one lock that is held for a few instructions.

use bytes::Bytes;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::{Notify, oneshot};

/// Why an invocation brought no result.
#[derive(Debug, Clone)]
pub enum Failure {
    /// The function answered with an error; the body is what it sent (`errorMessage`, `errorType`).
    Function(Bytes),
    /// Its process ended before it answered.
    Crashed,
    /// It took longer than its `Timeout`.
    TimedOut,
    /// Its process did not come up.
    Init,
    /// All processes stayed busy for too long.
    Throttled,
    /// The event or the answer is larger than Lambda allows.
    TooLarge,
}

/// The receiving end of an invocation's result.
pub type Reply = oneshot::Sender<Result<Bytes, Failure>>;

/// An invocation on its way.
pub struct Job {
    /// Request id.
    pub id: Arc<str>,
    /// The event.
    pub payload: Bytes,
    /// Who waits for it.
    pub reply: Reply,
    /// How many processes died before they could take it.
    pub lost_starts: u32,
}

/// What a process is told at `/next`.
pub struct Handover {
    /// Request id.
    pub id: Arc<str>,
    /// The event.
    pub payload: Bytes,
}

/// Where a process stands.
pub enum Phase {
    /// It has not asked for its first invocation yet.
    Starting,
    /// It waits at `/next`.
    Idle {
        /// Since when.
        since: Instant,
    },
    /// It has an invocation.
    Busy {
        /// The invocation.
        job: Job,
        /// Since when.
        since: Instant,
    },
    /// It has answered and not yet asked for the next.
    Answered,
}

/// One process.
pub struct Slot {
    /// Process id; 0 until it is spawned.
    pub pid: u32,
    /// Where it stands.
    pub phase: Phase,
    /// Asks its keeper to end it.
    pub kill: Arc<Notify>,
    /// Request id of its latest invocation, for the log.
    pub latest: Arc<str>,
}

/// All processes of a function and the invocations in line.
#[derive(Default)]
pub struct Pool {
    /// By number, counted up by the function.
    pub slots: HashMap<u64, Slot>,
    /// Idle processes, the latest last.
    pub idle: Vec<(u64, oneshot::Sender<Handover>)>,
    /// Invocations that found no process.
    pub waiting: VecDeque<Job>,
    /// No further starts.
    pub stopping: bool,
}

impl Pool {
    /// Processes that are coming up.
    #[must_use]
    pub fn starting(&self) -> usize {
        self.slots.values().filter(|slot| matches!(slot.phase, Phase::Starting)).count()
    }

    /// Gives the job to the process that became idle last, or hands it back.
    pub fn hand_over(&mut self, mut job: Job) -> Option<Job> {
        while let Some((number, sender)) = self.idle.pop() {
            let Some(slot) = self.slots.get_mut(&number) else { continue };
            if !matches!(slot.phase, Phase::Idle { .. }) {
                continue;
            }
            let handover = Handover { id: Arc::clone(&job.id), payload: job.payload.clone() };
            slot.latest = Arc::clone(&job.id);
            slot.phase = Phase::Busy { job, since: Instant::now() };
            if sender.send(handover).is_ok() {
                return None;
            }
            // Its connection broke while it waited: it never saw the invocation, and its keeper
            // will notice its end.
            match std::mem::replace(&mut slot.phase, Phase::Answered) {
                Phase::Busy { job: back, .. } => job = back,
                _ => return None,
            }
        }
        Some(job)
    }
}
