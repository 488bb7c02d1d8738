//! One queue's rules, without clock, disk or network: what is visible when, and to whom it belongs.

use serde_json::Value;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// A message in a queue.
#[derive(Debug, Clone)]
pub struct Message {
    /// Number in the order of sending, over all queues.
    pub seq: u64,
    /// `MessageId`.
    pub id: Arc<str>,
    /// `MessageBody`.
    pub body: Arc<str>,
    /// `MessageAttributes` as sent.
    pub attributes: Option<Arc<Value>>,
    /// When it was sent, in milliseconds.
    pub sent_at: u64,
    /// When it was first received, in milliseconds; 0 before.
    pub first_received_at: u64,
    /// How often it was received.
    pub receive_count: u32,
    /// From when it may be received, in milliseconds.
    pub visible_at: u64,
}

/// A message handed to a consumer.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// See [`Message::seq`].
    pub seq: u64,
    /// `ReceiptHandle`: good for this receive only.
    pub receipt: String,
    /// `MessageId`.
    pub id: Arc<str>,
    /// `Body`.
    pub body: Arc<str>,
    /// `MessageAttributes`.
    pub attributes: Option<Arc<Value>>,
    /// `SentTimestamp`.
    pub sent_at: u64,
    /// `ApproximateFirstReceiveTimestamp`.
    pub first_received_at: u64,
    /// `ApproximateReceiveCount`.
    pub receive_count: u32,
}

/// What a receive gives.
#[derive(Debug, Default)]
pub struct Taken {
    /// For the consumer.
    pub deliveries: Vec<Delivery>,
    /// For the dead-letter queue.
    pub dead: Vec<Message>,
}

struct Entry {
    message: Message,
    /// Number of the receive its current receipt belongs to; 0 when it has none.
    receive: u64,
}

/// A queue.
pub struct Queue {
    receive_max: Option<u32>,
    entries: HashMap<u64, Entry>,
    /// By the time of visibility, then by age.
    order: BTreeSet<(u64, u64)>,
    receives: u64,
}

impl Queue {
    /// An empty queue. After `receive_max` receives a message is dead.
    #[must_use]
    pub fn new(receive_max: Option<u32>) -> Self {
        Self { receive_max, entries: HashMap::new(), order: BTreeSet::new(), receives: 0 }
    }

    /// Adds a message.
    pub fn push(&mut self, message: Message) {
        self.order.insert((message.visible_at, message.seq));
        self.entries.insert(message.seq, Entry { message, receive: 0 });
    }

    /// Takes up to `max` visible messages of together at most `bytes_max` bytes (but at least one),
    /// and hides them.
    pub fn take(&mut self, now: u64, max: usize, bytes_max: usize, visibility_ms: u64) -> Taken {
        let mut taken = Taken::default();
        let mut bytes = 0;
        while taken.deliveries.len() < max {
            let Some(&(visible_at, seq)) = self.order.first() else { break };
            if visible_at > now {
                break;
            }
            let Some(entry) = self.entries.get_mut(&seq) else {
                self.order.pop_first();
                continue;
            };
            bytes += entry.message.body.len();
            if bytes > bytes_max && !taken.deliveries.is_empty() {
                break;
            }
            self.order.pop_first();
            if self.receive_max.is_some_and(|max| entry.message.receive_count >= max) {
                if let Some(entry) = self.entries.remove(&seq) {
                    taken.dead.push(Message {
                        visible_at: now,
                        receive_count: 0,
                        first_received_at: 0,
                        ..entry.message
                    });
                }
                continue;
            }
            self.receives += 1;
            entry.receive = self.receives;
            let message = &mut entry.message;
            message.receive_count += 1;
            message.visible_at = now.saturating_add(visibility_ms);
            if message.first_received_at == 0 {
                message.first_received_at = now;
            }
            self.order.insert((message.visible_at, seq));
            taken.deliveries.push(Delivery {
                seq,
                receipt: format!("{seq}-{}", entry.receive),
                id: Arc::clone(&message.id),
                body: Arc::clone(&message.body),
                attributes: message.attributes.clone(),
                sent_at: message.sent_at,
                first_received_at: message.first_received_at,
                receive_count: message.receive_count,
            });
            if visibility_ms == 0 && taken.deliveries.len() >= self.entries.len() {
                break;
            }
        }
        taken
    }

    fn held(&mut self, receipt: &str) -> Option<&mut Entry> {
        let (seq, receive) = receipt.split_once('-')?;
        let receive: u64 = receive.parse().ok()?;
        self.entries.get_mut(&seq.parse().ok()?).filter(|entry| entry.receive == receive)
    }

    /// Deletes a message by its latest receipt. An older receipt deletes nothing.
    pub fn delete(&mut self, receipt: &str) -> Option<u64> {
        let entry = self.held(receipt)?;
        let (visible_at, seq) = (entry.message.visible_at, entry.message.seq);
        self.order.remove(&(visible_at, seq));
        self.entries.remove(&seq);
        Some(seq)
    }

    /// Changes from when a received message is visible again. False for an old receipt, or when the
    /// message is visible already.
    pub fn set_visible_at(&mut self, receipt: &str, at: u64) -> bool {
        let Some(entry) = self.held(receipt) else { return false };
        let before = std::mem::replace(&mut entry.message.visible_at, at);
        let seq = entry.message.seq;
        self.order.remove(&(before, seq));
        self.order.insert((at, seq));
        true
    }

    /// When the next message is visible.
    #[must_use]
    pub fn next_visible_at(&self) -> Option<u64> {
        self.order.first().map(|(at, _)| *at)
    }

    /// Messages that are visible, in flight, delayed.
    #[must_use]
    pub fn counts(&self, now: u64) -> (usize, usize, usize) {
        let hidden: Vec<bool> = self
            .order
            .range((now + 1, 0)..)
            .filter_map(|(_, seq)| self.entries.get(seq))
            .map(|e| e.receive > 0)
            .collect();
        let in_flight = hidden.iter().filter(|received| **received).count();
        (self.order.len() - hidden.len(), in_flight, hidden.len() - in_flight)
    }

    /// Removes messages sent before a point in time.
    pub fn expire(&mut self, before: u64) -> Vec<u64> {
        let gone: Vec<u64> = self
            .entries
            .values()
            .filter(|e| e.message.sent_at < before)
            .map(|e| e.message.seq)
            .collect();
        for seq in &gone {
            if let Some(entry) = self.entries.remove(seq) {
                self.order.remove(&(entry.message.visible_at, *seq));
            }
        }
        gone
    }

    /// Removes everything.
    pub fn clear(&mut self) -> Vec<u64> {
        self.order.clear();
        self.entries.drain().map(|(seq, _)| seq).collect()
    }
}

#[cfg(test)]
mod tests;
