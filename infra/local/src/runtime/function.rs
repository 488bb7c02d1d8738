//! One function: takes invocations, keeps as many processes as they need.

use super::pool::{Failure, Handover, Job, Phase, Pool, Slot};
use super::process;
use crate::logs::Logs;
use crate::metrics::Metrics;
use crate::template::model::FunctionSpec;
use bytes::Bytes;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{Notify, oneshot};

/// Most processes of one function, unless `ReservedConcurrentExecutions` says otherwise.
const PROCESSES_MAX: usize = 16;
/// How long an invocation waits for a busy process before another is started. Lambda starts one at
/// once; on a machine with few cores a process that is free in two milliseconds beats a new one.
pub const SCALE_AFTER: Duration = Duration::from_millis(10);
/// How long an invocation may wait in line altogether before it counts as throttled.
const QUEUE_WAIT_MAX: Duration = Duration::from_secs(20);
/// Invocations in line, at most; beyond that they are throttled at once.
const WAITING_MAX: usize = 10_000;
/// Lambda's limit on a synchronous invocation's event and answer, in bytes.
pub const PAYLOAD_BYTES_MAX: usize = 6 * 1024 * 1024;
/// Starts an invocation may outlive when its process is killed while coming up.
const LOST_STARTS_MAX: u32 = 3;
/// Attempts after the first of an asynchronous invocation, as on Lambda.
const ASYNC_RETRIES: u32 = 2;
/// Pause before an asynchronous invocation is tried again; Lambda waits a minute, which nobody at a
/// developer's machine would.
const ASYNC_RETRY_PAUSE: Duration = Duration::from_secs(1);

/// A hosted function.
pub struct Function {
    pub(super) spec: FunctionSpec,
    pub(super) program: PathBuf,
    pub(super) environment: Vec<(String, String)>,
    pub(super) logs: Arc<Logs>,
    pub(super) metrics: Arc<Metrics>,
    processes_max: usize,
    next_number: AtomicU64,
    pool: Mutex<Pool>,
    changed: Notify,
}

impl Function {
    pub(super) fn new(
        spec: &FunctionSpec,
        program: PathBuf,
        environment: Vec<(String, String)>,
        logs: Arc<Logs>,
        metrics: Arc<Metrics>,
    ) -> Arc<Self> {
        Arc::new(Self {
            processes_max: spec.processes_max.unwrap_or(PROCESSES_MAX).max(1),
            spec: spec.clone(),
            program,
            environment,
            logs,
            metrics,
            next_number: AtomicU64::new(1),
            pool: Mutex::default(),
            changed: Notify::new(),
        })
    }

    /// The program's name.
    #[must_use]
    pub fn stem(&self) -> &str {
        &self.spec.binary
    }

    /// The logical id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.spec.id
    }

    pub(super) fn pool(&self) -> MutexGuard<'_, Pool> {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Invokes the function and waits for its answer.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn invoke(self: &Arc<Self>, payload: Bytes) -> Result<Bytes, Failure> {
        if payload.len() > PAYLOAD_BYTES_MAX {
            return Err(Failure::TooLarge);
        }
        let (reply, mut answer) = oneshot::channel();
        let id: Arc<str> = uuid::Uuid::new_v4().to_string().into();
        let job = Job { id: Arc::clone(&id), payload, reply, lost_starts: 0 };
        let queued = {
            let mut pool = self.pool();
            match pool.hand_over(job) {
                None => false,
                Some(_) if pool.stopping || pool.waiting.len() >= WAITING_MAX => {
                    return Err(Failure::Throttled);
                }
                Some(job) => {
                    pool.waiting.push_back(job);
                    true
                }
            }
        };
        if queued {
            if self.pool().slots.is_empty() {
                self.start_if_needed();
            } else {
                match tokio::time::timeout(SCALE_AFTER, &mut answer).await {
                    Ok(result) => return result.unwrap_or(Err(Failure::Crashed)),
                    Err(_) => self.start_if_needed(),
                }
            }
        }
        let queued_until = queued.then(|| Instant::now() + QUEUE_WAIT_MAX);
        let mut give_up = Instant::now() + self.spec.timeout;
        loop {
            match tokio::time::timeout_at(give_up.into(), &mut answer).await {
                Ok(result) => return result.unwrap_or(Err(Failure::Crashed)),
                Err(_) => match self.overdue(&id, queued_until) {
                    Some(later) => give_up = later,
                    // The answer is on its way, or the process is being ended.
                    None => return answer.await.unwrap_or(Err(Failure::Crashed)),
                },
            }
        }
    }

    /// Invokes the function without a caller who waits; failures are tried again twice.
    pub fn invoke_async(self: &Arc<Self>, payload: Bytes) {
        let function = Arc::clone(self);
        tokio::spawn(async move {
            for attempt in 0..=ASYNC_RETRIES {
                match function.invoke(payload.clone()).await {
                    Ok(_) => return,
                    Err(failure) if attempt == ASYNC_RETRIES => {
                        function.logs.line(
                            function.stem(),
                            "-",
                            &format!("stack: event given up after {failure:?}"),
                        );
                    }
                    Err(_) => tokio::time::sleep(ASYNC_RETRY_PAUSE).await,
                }
            }
        });
    }

    /// Looks after an invocation whose time seems to be up: throttles it if it is still in line,
    /// ends its process if it is overdue, or says until when it may go on.
    fn overdue(&self, id: &str, queued_until: Option<Instant>) -> Option<Instant> {
        let now = Instant::now();
        let mut pool = self.pool();
        if let Some(at) = pool.waiting.iter().position(|job| &*job.id == id) {
            if let Some(until) = queued_until.filter(|until| *until > now) {
                return Some(until.min(now + self.spec.timeout));
            }
            if let Some(job) = pool.waiting.remove(at) {
                let _ = job.reply.send(Err(Failure::Throttled));
            }
            return None;
        }
        let slot = pool
            .slots
            .values_mut()
            .find(|slot| matches!(&slot.phase, Phase::Busy { job, .. } if &*job.id == id))?;
        let Phase::Busy { since, .. } = &slot.phase else { return None };
        let deadline = *since + self.spec.timeout;
        if deadline > now {
            return Some(deadline);
        }
        self.time_out(slot);
        None
    }

    fn time_out(&self, slot: &mut Slot) {
        if let Phase::Busy { job, since } = std::mem::replace(&mut slot.phase, Phase::Answered) {
            self.metrics.invoked(self.stem(), since.elapsed(), true);
            let text = format!(
                "stack: timed out after {} s, process ended",
                self.spec.timeout.as_secs_f64()
            );
            self.logs.line(self.stem(), &job.id, &text);
            let _ = job.reply.send(Err(Failure::TimedOut));
        }
        slot.kill.notify_one();
    }

    /// Starts a process if invocations wait that no starting process will take.
    pub(super) fn start_if_needed(self: &Arc<Self>) {
        let number = self.next_number.fetch_add(1, Ordering::Relaxed);
        let kill = Arc::new(Notify::new());
        {
            let mut pool = self.pool();
            if pool.stopping
                || pool.slots.len() >= self.processes_max
                || pool.starting() >= pool.waiting.len()
            {
                return;
            }
            let slot = Slot {
                pid: 0,
                phase: Phase::Starting,
                kill: Arc::clone(&kill),
                latest: "-".into(),
            };
            pool.slots.insert(number, slot);
        }
        self.metrics.started(self.stem());
        tokio::spawn(process::keep(Arc::clone(self), number, kill));
    }

    /// A process asks for its next invocation. `None` means that it has no business here any more.
    pub(super) fn next(self: &Arc<Self>, number: u64) -> Option<Next> {
        let mut pool = self.pool();
        let pool = &mut *pool;
        let slot = pool.slots.get_mut(&number)?;
        if let Phase::Busy { job, since } = std::mem::replace(&mut slot.phase, Phase::Answered) {
            self.metrics.invoked(self.stem(), since.elapsed(), true);
            let _ = job.reply.send(Err(Failure::Crashed));
        }
        if let Some(job) = pool.waiting.pop_front() {
            let handover = Handover { id: Arc::clone(&job.id), payload: job.payload.clone() };
            slot.latest = Arc::clone(&job.id);
            slot.phase = Phase::Busy { job, since: Instant::now() };
            return Some(Next::Now(handover));
        }
        let (sender, receiver) = oneshot::channel();
        slot.phase = Phase::Idle { since: Instant::now() };
        // Where a process asked twice, the earlier question is void.
        pool.idle.retain(|(other, _)| *other != number);
        pool.idle.push((number, sender));
        Some(Next::Later(Waiting { function: Arc::clone(self), number, receiver }))
    }

    /// A process hands in the result of an invocation. False if the invocation is not its own.
    pub(super) fn finish(&self, number: u64, id: &str, result: Result<Bytes, Failure>) -> bool {
        let (job, since) = {
            let mut pool = self.pool();
            let Some(slot) = pool.slots.get_mut(&number) else { return false };
            if !matches!(&slot.phase, Phase::Busy { job, .. } if &*job.id == id) {
                return false;
            }
            match std::mem::replace(&mut slot.phase, Phase::Answered) {
                Phase::Busy { job, since } => (job, since),
                _ => return false,
            }
        };
        let failed = result.is_err();
        let _ = job.reply.send(result);
        self.metrics.invoked(self.stem(), since.elapsed(), failed);
        true
    }

    /// The event never left: the connection broke between the hand-over and the writing.
    fn undelivered(self: &Arc<Self>, number: u64) {
        let mut pool = self.pool();
        let Some(slot) = pool.slots.get_mut(&number) else { return };
        if let Phase::Busy { job, .. } = std::mem::replace(&mut slot.phase, Phase::Answered)
            && let Some(job) = pool.hand_over(job)
        {
            pool.waiting.push_front(job);
            drop(pool);
            self.start_if_needed();
        }
    }

    /// A process has ended.
    pub(super) fn exited(self: &Arc<Self>, number: u64, how: &str, killed: bool) {
        {
            let mut pool = self.pool();
            let Some(slot) = pool.slots.remove(&number) else { return };
            pool.idle.retain(|(other, _)| *other != number);
            match slot.phase {
                Phase::Busy { job, since } => {
                    self.metrics.invoked(self.stem(), since.elapsed(), true);
                    self.logs.line(
                        self.stem(),
                        &job.id,
                        &format!("stack: process ended in mid-invocation ({how})"),
                    );
                    let _ = job.reply.send(Err(Failure::Crashed));
                }
                Phase::Starting => {
                    self.logs.line(
                        self.stem(),
                        "-",
                        &format!("stack: process ended before it was ready ({how})"),
                    );
                    // Somebody pays for a start that failed, or a broken program would be started
                    // for ever. A process that was killed from outside gets another chance.
                    if let Some(mut job) = pool.waiting.pop_front() {
                        job.lost_starts += 1;
                        if killed && job.lost_starts < LOST_STARTS_MAX {
                            pool.waiting.push_front(job);
                        } else {
                            let _ = job.reply.send(Err(Failure::Init));
                        }
                    }
                }
                Phase::Idle { .. } | Phase::Answered => {}
            }
        }
        self.changed.notify_waiters();
        self.start_if_needed();
    }

    pub(super) fn reap(&self, idle_max: Duration) {
        let mut pool = self.pool();
        for slot in pool.slots.values_mut() {
            match &slot.phase {
                Phase::Idle { since } if since.elapsed() >= idle_max => {
                    slot.phase = Phase::Answered;
                    slot.kill.notify_one();
                }
                // Its caller enforces the limit; this is for callers who went away.
                Phase::Busy { since, .. }
                    if since.elapsed() > self.spec.timeout + Duration::from_secs(1) =>
                {
                    self.time_out(slot);
                }
                _ => {}
            }
        }
    }

    pub(super) fn list(&self) -> Vec<(u32, bool)> {
        let pool = self.pool();
        let mut all: Vec<_> = pool
            .slots
            .values()
            .map(|slot| (slot.pid, matches!(slot.phase, Phase::Busy { .. })))
            // One that is only being started has no number yet, and 0 would be everybody to `kill`.
            .filter(|(pid, _)| *pid != 0)
            .collect();
        all.sort_unstable();
        all
    }

    pub(super) fn stop(&self) {
        let mut pool = self.pool();
        pool.stopping = true;
        for job in pool.waiting.drain(..) {
            let _ = job.reply.send(Err(Failure::Throttled));
        }
        for slot in pool.slots.values() {
            slot.kill.notify_one();
        }
    }

    pub(super) async fn stopped(&self) {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if self.pool().slots.is_empty() {
                return;
            }
            changed.await;
        }
    }
}

/// The answer to `/next`.
pub(super) enum Next {
    /// There is an invocation.
    Now(Handover),
    /// There will be one.
    Later(Waiting),
}

/// A process waiting at `/next`. Dropped when its connection breaks.
pub(super) struct Waiting {
    function: Arc<Function>,
    number: u64,
    receiver: oneshot::Receiver<Handover>,
}

impl Waiting {
    /// Waits for the invocation. `None` when the process is to end.
    pub(super) async fn wait(mut self) -> Option<Handover> {
        (&mut self.receiver).await.ok()
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if self.receiver.try_recv().is_ok() {
            self.function.undelivered(self.number);
        }
    }
}
