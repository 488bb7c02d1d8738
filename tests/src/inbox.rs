//! What a socket has received: answers by `ref`, events in the order of arrival.

use crate::contract;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use tokio::sync::Notify;

/// One event or answer as it came.
#[derive(Debug, Clone)]
pub struct Frame {
    /// `type`
    pub kind: String,
    /// The room's number; absent from what is not a room event.
    pub seq: Option<u64>,
    /// `data`
    pub data: Value,
    /// The whole frame.
    pub raw: Value,
    /// When it was read off the wire.
    pub at: Instant,
}

#[derive(Default)]
pub(crate) struct Inbox {
    pub(crate) forget_events: bool,
    pub(crate) events: Vec<Frame>,
    pub(crate) taken: Vec<bool>,
    pub(crate) answers: HashMap<String, Frame>,
    /// Text frames read, a batch counting once.
    pub(crate) frames: usize,
    /// Largest text frame in bytes.
    pub(crate) largest: usize,
    pub(crate) pongs: usize,
    /// Frames of the gateway itself, such as `{"message": "Internal server error", …}`: a function failed.
    /// They carry no `ref`, so they may belong to any frame that waits.
    pub(crate) gateway_errors: usize,
    pub(crate) closed: Option<Option<u16>>,
    /// Frames that wait for their answer, by `ref`.
    pub(crate) asked: HashMap<String, Value>,
    /// What came and is not as documented.
    pub(crate) breaches: Vec<String>,
}

#[derive(Default)]
pub(crate) struct Shared {
    pub(crate) inbox: Mutex<Inbox>,
    pub(crate) changed: Notify,
}

impl Inbox {
    pub(crate) fn take(&mut self, kind: &str, wanted: &impl Fn(&Value) -> bool) -> Option<Frame> {
        let index = (0..self.events.len()).find(|index| {
            !self.taken[*index]
                && self.events[*index].kind == kind
                && wanted(&self.events[*index].data)
        })?;
        self.taken[index] = true;
        Some(self.events[index].clone())
    }
}

impl Shared {
    pub(crate) fn lock(&self) -> MutexGuard<'_, Inbox> {
        self.inbox.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn take(&self, text: &str) {
        let at = Instant::now();
        let raw: Value = serde_json::from_str(text)
            .unwrap_or_else(|_| json!({"type": "not json", "data": text}));
        let mut inbox = self.lock();
        inbox.frames += 1;
        inbox.largest = inbox.largest.max(text.len());
        let asked = reference(&raw).and_then(|reference| inbox.asked.remove(&reference));
        inbox.breaches.extend(contract::frame(&raw, asked.as_ref()).err());
        if raw["type"] == "batch" {
            for event in raw["events"].as_array().cloned().unwrap_or_default() {
                inbox.sort(event, at);
            }
        } else {
            inbox.sort(raw, at);
        }
        drop(inbox);
        self.changed.notify_waiters();
    }
}

impl Inbox {
    fn sort(&mut self, raw: Value, at: Instant) {
        let kind = raw["type"].as_str().unwrap_or_default().to_owned();
        let frame = Frame { seq: raw["seq"].as_u64(), data: raw["data"].clone(), kind, raw, at };
        match frame.kind.as_str() {
            "pong" => self.pongs += 1,
            "" if frame.raw["message"].is_string() => self.gateway_errors += 1,
            "ack" | "error" if !frame.raw["ref"].is_null() => {
                self.answers.insert(reference(&frame.raw).unwrap_or_default(), frame);
            }
            _ if self.forget_events => {}
            _ => {
                self.events.push(frame);
                self.taken.push(false);
            }
        }
    }
}

/// The `ref` of an answer, as text.
fn reference(raw: &Value) -> Option<String> {
    match &raw["ref"] {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}
