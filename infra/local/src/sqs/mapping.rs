//! A function as a queue's consumer: taken in-process, woken the moment a message commits.

use super::attributes;
use super::queue::Delivery;
use super::{Live, Sqs};
use crate::clock;
use crate::runtime::Function;
use crate::template::model::QueueSource;
use crate::template::names::{ACCOUNT, REGION};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::Instant;

/// What the bodies of one batch may come to, in bytes, so that the event stays below Lambda's 6 MB.
const BATCH_BYTES_MAX: usize = 3 * 1024 * 1024;
/// A failed message comes back after this long, doubled with each failure up to the queue's
/// visibility timeout. (Lambda always waits for the whole timeout.)
const RETRY_MS_MIN: u64 = 200;

/// Delivers for ever.
pub async fn run(sqs: Arc<Sqs>, live: Arc<Live>, function: Arc<Function>, source: QueueSource) {
    let permits = Arc::new(Semaphore::new(source.concurrency_max));
    loop {
        // First the right to deliver, then the messages: what arrives meanwhile makes the batch fuller.
        let Ok(permit) = Arc::clone(&permits).acquire_owned().await else { return };
        let batch = gather(&sqs, &live, &source).await;
        let (sqs, live, function) = (Arc::clone(&sqs), Arc::clone(&live), Arc::clone(&function));
        let partial = source.partial_failures;
        tokio::spawn(async move {
            deliver(&sqs, &live, &function, batch, partial).await;
            drop(permit);
        });
    }
}

async fn gather(sqs: &Sqs, live: &Live, source: &QueueSource) -> Vec<Delivery> {
    let visibility = Duration::from_secs(live.spec.visibility_s);
    let mut batch: Vec<Delivery> = Vec::new();
    let mut window_ends: Option<Instant> = None;
    loop {
        let changed = live.changed.notified();
        tokio::pin!(changed);
        changed.as_mut().enable();
        let (more, next) =
            sqs.take(live, source.batch_size - batch.len(), BATCH_BYTES_MAX, visibility);
        batch.extend(more);
        if batch.len() >= source.batch_size || (!batch.is_empty() && source.window.is_zero()) {
            return batch;
        }
        if !batch.is_empty() {
            window_ends.get_or_insert_with(|| Instant::now() + source.window);
        }
        let next =
            next.map(|at| Duration::from_millis(at.saturating_sub(clock::epoch_ms()).max(1)));
        let window = window_ends.map(|end| end.saturating_duration_since(Instant::now()));
        if window.is_some_and(|left| left.is_zero()) {
            return batch;
        }
        let wait = [next, window].into_iter().flatten().min().unwrap_or(Duration::from_secs(3600));
        tokio::select! {
            () = changed => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
}

async fn deliver(
    sqs: &Sqs,
    live: &Live,
    function: &Arc<Function>,
    batch: Vec<Delivery>,
    partial: bool,
) {
    let event = event(live, &batch);
    let failed: HashSet<Arc<str>> = match function.invoke(event.into()).await {
        Ok(result) if partial => failures(&result, &batch),
        Ok(_) => HashSet::new(),
        Err(_) => batch.iter().map(|delivery| Arc::clone(&delivery.id)).collect(),
    };
    for delivery in &batch {
        if failed.contains(&delivery.id) {
            let doubled = RETRY_MS_MIN << delivery.receive_count.saturating_sub(1).min(16);
            sqs.hide(live, &delivery.receipt, doubled.min(live.spec.visibility_s * 1000));
        } else {
            sqs.delete(live, &delivery.receipt);
        }
    }
}

/// Ids that failed. As on Lambda, an answer that is not understood or names an unknown message means
/// that all failed.
fn failures(result: &[u8], batch: &[Delivery]) -> HashSet<Arc<str>> {
    let all = || batch.iter().map(|delivery| Arc::clone(&delivery.id)).collect();
    let value: Value = match serde_json::from_slice(result) {
        Ok(value) => value,
        Err(_) if result.is_empty() => Value::Null,
        Err(_) => return all(),
    };
    let named = match value.get("batchItemFailures") {
        None | Some(Value::Null) => return HashSet::new(),
        Some(Value::Array(named)) => named,
        Some(_) => return all(),
    };
    let mut failed = HashSet::new();
    for one in named {
        let id = one.get("itemIdentifier").and_then(Value::as_str);
        match batch.iter().find(|delivery| Some(&*delivery.id) == id) {
            Some(delivery) => failed.insert(Arc::clone(&delivery.id)),
            None => return all(),
        };
    }
    failed
}

fn event(live: &Live, batch: &[Delivery]) -> String {
    let arn = format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{}", live.spec.name);
    let records: Vec<Value> = batch
        .iter()
        .map(|delivery| {
            json!({
                "messageId": &*delivery.id,
                "receiptHandle": delivery.receipt,
                "body": &*delivery.body,
                "attributes": {
                    "ApproximateReceiveCount": delivery.receive_count.to_string(),
                    "SentTimestamp": delivery.sent_at.to_string(),
                    "SenderId": "LOCAL",
                    "ApproximateFirstReceiveTimestamp": delivery.first_received_at.to_string(),
                },
                "messageAttributes": attributes::in_event(delivery.attributes.as_deref()),
                "md5OfBody": format!("{:x}", md5::compute(delivery.body.as_bytes())),
                "eventSource": "aws:sqs",
                "eventSourceARN": arn,
                "awsRegion": REGION,
            })
        })
        .collect();
    json!({ "Records": records }).to_string()
}
