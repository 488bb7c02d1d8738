//! A live connection as others see it: an id to post to, in order and bounded.

use crate::clock;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::{Notify, mpsc};
use tokio_tungstenite::tungstenite::Message;

/// Frames a client may lag behind before it is closed.
pub(super) const OUTBOUND_FRAMES_MAX: usize = 1024;
/// Bytes a client may lag behind before it is closed.
const OUTBOUND_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Why a frame was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SendError {
    /// There is no such connection (any more).
    Gone,
}

/// One connection.
pub(super) struct Connection {
    pub id: String,
    pub connected_at: u64,
    pub source_ip: String,
    pub user_agent: String,
    /// `requestContext.authorizer` of its events.
    pub authorizer: Option<Value>,
    pub domain: String,
    pub last_active: AtomicU64,
    outbound: mpsc::Sender<Message>,
    outbound_bytes: AtomicUsize,
    closing: AtomicBool,
    /// For the writer.
    pub close: Notify,
    /// For the reader.
    close_reader: Notify,
}

impl Connection {
    pub(super) fn new(
        source_ip: String,
        user_agent: String,
        domain: String,
        id: String,
        connected_at: u64,
        authorizer: Option<Value>,
    ) -> (Arc<Self>, mpsc::Receiver<Message>) {
        let (outbound, receiver) = mpsc::channel(OUTBOUND_FRAMES_MAX);
        let connection = Self {
            id,
            connected_at,
            source_ip,
            user_agent,
            authorizer,
            domain,
            last_active: AtomicU64::new(connected_at),
            outbound,
            outbound_bytes: AtomicUsize::new(0),
            closing: AtomicBool::new(false),
            close: Notify::new(),
            close_reader: Notify::new(),
        };
        (Arc::new(connection), receiver)
    }

    /// Puts a frame in line. A client that reads too slowly is closed instead.
    pub(super) fn send(&self, message: Message) -> Result<(), SendError> {
        if self.closing.load(Ordering::Acquire) {
            return Err(SendError::Gone);
        }
        let length = message.len();
        let before = self.outbound_bytes.fetch_add(length, Ordering::AcqRel);
        if before + length > OUTBOUND_BYTES_MAX || self.outbound.try_send(message).is_err() {
            self.end();
            return Err(SendError::Gone);
        }
        Ok(())
    }

    /// A frame has been written.
    pub(super) fn written(&self, length: usize) {
        self.outbound_bytes.fetch_sub(length, Ordering::AcqRel);
        self.touch();
    }

    /// Notes traffic.
    pub(super) fn touch(&self) {
        self.last_active.store(clock::epoch_ms(), Ordering::Release);
    }

    /// Asks the connection to close.
    pub(super) fn end(&self) {
        self.closing.store(true, Ordering::Release);
        self.close.notify_one();
        self.close_reader.notify_one();
    }

    /// Whether it has been asked to close.
    pub(super) fn closing(&self) -> bool {
        self.closing.load(Ordering::Acquire)
    }

    /// Waits until it is asked to close.
    pub(super) async fn ended(&self) {
        self.close_reader.notified().await;
    }
}

/// The live connections of one API.
#[derive(Default)]
pub struct Connections {
    live: RwLock<HashMap<String, Arc<Connection>>>,
}

impl Connections {
    pub(super) fn insert(&self, connection: &Arc<Connection>) {
        self.live
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(connection.id.clone(), Arc::clone(connection));
    }

    pub(super) fn remove(&self, id: &str) {
        self.live.write().unwrap_or_else(PoisonError::into_inner).remove(id);
    }

    pub(super) fn get(&self, id: &str) -> Option<Arc<Connection>> {
        self.live.read().unwrap_or_else(PoisonError::into_inner).get(id).map(Arc::clone)
    }

    /// Closes all connections, at shutdown.
    pub fn close_all(&self) {
        for connection in self.live.read().unwrap_or_else(PoisonError::into_inner).values() {
            connection.end();
        }
    }
}
