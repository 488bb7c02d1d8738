//! SQS on one machine: standard queues, kept in memory and durable in SQLite.
//!
//! The memory decides who may receive what ([`queue`]); the file holds what must not be lost
//! ([`store`]). A send is acknowledged, and only then visible, once its transaction is committed; one
//! thread commits whatever has gathered, so many sends share a transaction. Deletes and counts are
//! committed with the next batch: if the stack dies first, a message is delivered once more, which
//! SQS reserves the right to do anyway. After a restart every message is visible again.

mod api;
mod attributes;
mod mapping;
pub mod queue;
mod store;

pub use api::handle;
pub use mapping::run as run_mapping;

use crate::clock;
use crate::template::model::QueueSpec;
use queue::{Delivery, Message, Queue};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;
use store::{Op, Store};
use tokio::sync::{Notify, oneshot};

/// How often messages past their retention are dropped.
const EXPIRY_PERIOD: Duration = Duration::from_secs(60);

/// One queue with those who wait for it.
pub struct Live {
    /// What the template says.
    pub spec: QueueSpec,
    state: Mutex<Queue>,
    changed: Notify,
    dead_letters: Mutex<Weak<Live>>,
}

impl Live {
    fn state(&self) -> MutexGuard<'_, Queue> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, messages: Vec<Message>) {
        let mut state = self.state();
        for message in messages {
            state.push(message);
        }
        drop(state);
        self.changed.notify_waiters();
    }
}

/// All queues.
pub struct Sqs {
    queues: BTreeMap<String, Arc<Live>>,
    store: Store,
    next_seq: AtomicU64,
}

impl Sqs {
    /// Opens the queues' file and loads what is in it.
    ///
    /// # Errors
    /// One sentence when the file cannot be used.
    pub fn open(path: &Path, specs: &[QueueSpec]) -> Result<Arc<Self>, String> {
        let failed = |error: rusqlite::Error| {
            format!("the queues' file {} cannot be used: {error}", path.display())
        };
        let queues: BTreeMap<String, Arc<Live>> = specs
            .iter()
            .map(|spec| {
                let live = Live {
                    spec: spec.clone(),
                    state: Mutex::new(Queue::new(spec.redrive.as_ref().map(|(_, count)| *count))),
                    changed: Notify::new(),
                    dead_letters: Mutex::new(Weak::new()),
                };
                (spec.name.clone(), Arc::new(live))
            })
            .collect();
        for live in queues.values() {
            if let Some(target) = live.spec.redrive.as_ref().and_then(|(name, _)| queues.get(name))
            {
                *live.dead_letters.lock().unwrap_or_else(PoisonError::into_inner) =
                    Arc::downgrade(target);
            }
        }
        let (store, loaded, highest) = Store::open(path).map_err(failed)?;
        for (name, message) in loaded {
            // Messages of a queue that left the template stay in the file and out of the way.
            if let Some(live) = queues.get(&name) {
                live.state().push(message);
            }
        }
        Ok(Arc::new(Self { queues, store, next_seq: AtomicU64::new(highest + 1) }))
    }

    /// A queue by name.
    #[must_use]
    pub fn queue(&self, name: &str) -> Option<&Arc<Live>> {
        self.queues.get(name)
    }

    /// Makes messages durable, then visible. Returns when both are done.
    async fn send(&self, live: &Arc<Live>, mut messages: Vec<Message>) -> Result<(), String> {
        for message in &mut messages {
            message.seq = self.next_seq.fetch_add(1, Ordering::Relaxed);
        }
        let (done, committed) = oneshot::channel();
        self.store.submit(Op::Insert { live: Arc::clone(live), messages, done });
        committed.await.map_err(|_| "the queues are shutting down".to_owned())?
    }

    /// Sends a text to a queue of the stack's own accord: the end of an event source that gave up.
    pub async fn put(&self, queue: &str, body: String) -> Result<(), String> {
        let live = self.queue(queue).ok_or_else(|| format!("there is no queue {queue}"))?;
        let now = clock::epoch_ms();
        let message = Message {
            seq: 0,
            id: uuid::Uuid::new_v4().to_string().into(),
            body: body.into(),
            attributes: None,
            sent_at: now,
            first_received_at: 0,
            receive_count: 0,
            visible_at: now,
        };
        self.send(live, vec![message]).await
    }

    /// Takes up to `max` messages that are visible now, moving away those received too often. Also
    /// when the next one will be visible.
    fn take(
        &self,
        live: &Live,
        max: usize,
        bytes_max: usize,
        visibility: Duration,
    ) -> (Vec<Delivery>, Option<u64>) {
        let now = clock::epoch_ms();
        let visibility_ms = u64::try_from(visibility.as_millis()).unwrap_or(u64::MAX);
        let (taken, next) = {
            let mut state = live.state();
            let taken = state.take(now, max, bytes_max, visibility_ms);
            (taken, state.next_visible_at())
        };
        for delivery in &taken.deliveries {
            self.store.submit(Op::Count { seq: delivery.seq, count: delivery.receive_count });
        }
        if !taken.dead.is_empty() {
            let target = live.dead_letters.lock().unwrap_or_else(PoisonError::into_inner).upgrade();
            if let Some(target) = target {
                for message in &taken.dead {
                    self.store
                        .submit(Op::Move { seq: message.seq, queue: target.spec.name.clone() });
                }
                target.put(taken.dead);
            }
        }
        (taken.deliveries, next)
    }

    fn delete(&self, live: &Live, receipt: &str) -> bool {
        let Some(seq) = live.state().delete(receipt) else { return false };
        self.store.submit(Op::Delete { seq });
        true
    }

    fn purge(&self, live: &Live) {
        for seq in live.state().clear() {
            self.store.submit(Op::Delete { seq });
        }
    }

    /// Hides a message for so long from now; zero makes it visible at once.
    fn hide(&self, live: &Live, receipt: &str, for_ms: u64) -> bool {
        let done = live.state().set_visible_at(receipt, clock::epoch_ms() + for_ms);
        if done {
            live.changed.notify_waiters();
        }
        done
    }

    /// Drops messages past their retention. Runs for ever.
    pub async fn expire(self: Arc<Self>) {
        loop {
            tokio::time::sleep(EXPIRY_PERIOD).await;
            for live in self.queues.values() {
                let before = clock::epoch_ms().saturating_sub(live.spec.retention_s * 1000);
                let gone = live.state().expire(before);
                for seq in gone {
                    self.store.submit(Op::Delete { seq });
                }
            }
        }
    }

    /// Commits what is still waiting to be written.
    pub async fn flush(&self) {
        let (done, flushed) = oneshot::channel();
        self.store.submit(Op::Flush { done });
        let _ = flushed.await;
    }
}
