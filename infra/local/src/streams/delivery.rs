//! Brings a batch of stream records to the function: again when it fails, in halves where the template
//! says so, and to the dead letters what was tried for too long.

use crate::clock;
use crate::runtime::Function;
use crate::sqs::Sqs;
use crate::template::model::StreamSource;
use crate::template::names::function_arn;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// Pause before a failed batch is tried again; doubled up to [`RETRY_MAX`].
const RETRY_MIN: Duration = Duration::from_millis(200);
/// See [`RETRY_MIN`].
const RETRY_MAX: Duration = Duration::from_secs(30);

/// Who gets the records, and how.
pub struct Delivery<'a> {
    /// The function.
    pub function: &'a Arc<Function>,
    /// What the template says.
    pub source: &'a StreamSource,
    /// Where it is told what was given up.
    pub sqs: &'a Arc<Sqs>,
    /// The stream.
    pub arn: &'a str,
    /// The shard.
    pub shard: &'a str,
}

impl Delivery<'_> {
    /// Delivers records in their order until they are through or given up. What fits no filter is
    /// passed over.
    pub async fn run(&self, mut records: Vec<Value>) {
        let filters = &self.source.filters;
        if !filters.is_empty() {
            records.retain(|record| filters.iter().any(|filter| filter.fits(record)));
        }
        for record in &mut records {
            record["eventSourceARN"] = self.arn.into();
        }
        // The batch, and what became of it in halves; the first is tried first.
        let mut left = vec![records];
        let mut pause = RETRY_MIN;
        while let Some(mut batch) = left.pop() {
            let mut attempts = 0u64;
            while !batch.is_empty() {
                let failed_at = self.attempt(&batch).await;
                let Some(at) = failed_at else { break };
                batch.drain(..at);
                if at > 0 {
                    (attempts, pause) = (0, RETRY_MIN);
                }
                let worn_out = self.source.retries_max.is_some_and(|max| attempts >= max);
                if worn_out || self.too_old(&batch) {
                    let why = if worn_out {
                        "RetryAttemptsExhausted"
                    } else {
                        "MaximumRecordAgeExceeded"
                    };
                    self.give_up(&batch, why, attempts + 1).await;
                    break;
                }
                attempts += 1;
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(RETRY_MAX);
                if self.source.bisect && batch.len() > 1 {
                    let second = batch.split_off(batch.len() / 2);
                    left.push(second);
                    attempts = 0;
                }
            }
        }
    }

    /// The first record that is to be tried again, if any.
    async fn attempt(&self, batch: &[Value]) -> Option<usize> {
        let event = json!({ "Records": batch }).to_string();
        match self.function.invoke(event.into()).await {
            Ok(result) => self.first_failure(&result, batch),
            Err(_) => Some(0),
        }
    }

    /// Where the function says to go on, with `ReportBatchItemFailures`.
    fn first_failure(&self, result: &[u8], records: &[Value]) -> Option<usize> {
        if !self.source.partial_failures {
            return None;
        }
        let result: Value = serde_json::from_slice(result).ok()?;
        let named = result.get("batchItemFailures")?.as_array().filter(|all| !all.is_empty())?;
        let at = named
            .iter()
            .filter_map(|one| one.get("itemIdentifier")?.as_str())
            .filter_map(|id| records.iter().position(|record| number(record) == Some(id)))
            .min();
        Some(at.unwrap_or(0))
    }

    fn too_old(&self, batch: &[Value]) -> bool {
        let age = batch.first().and_then(created_ms).map(|at| clock::epoch_ms().saturating_sub(at));
        let age = Duration::from_millis(age.unwrap_or(0));
        self.source.age_max.is_some_and(|max| age > max)
    }

    /// Tells the dead letters where the records lie: not the records themselves, as on Lambda.
    async fn give_up(&self, batch: &[Value], why: &str, attempts: u64) {
        let Some(queue) = &self.source.on_failure else { return };
        let time = |record: Option<&Value>| {
            clock::rfc3339_of(record.and_then(created_ms).unwrap_or_default())
        };
        let letter = json!({
            "version": "1.0",
            "timestamp": clock::rfc3339(),
            "requestContext": {
                "requestId": uuid::Uuid::new_v4().to_string(),
                "functionArn": function_arn(self.function.id()),
                "condition": why,
                "approximateInvokeCount": attempts,
            },
            "DDBStreamBatchInfo": {
                "shardId": self.shard,
                "startSequenceNumber": batch.first().and_then(number),
                "endSequenceNumber": batch.last().and_then(number),
                "approximateArrivalOfFirstRecord": time(batch.first()),
                "approximateArrivalOfLastRecord": time(batch.last()),
                "batchSize": batch.len(),
                "streamArn": self.arn,
            },
        });
        // The queues only fail when the stack ends; then the batch comes again.
        let _ = self.sqs.put(queue, letter.to_string()).await;
    }
}

fn number(record: &Value) -> Option<&str> {
    record.pointer("/dynamodb/SequenceNumber").and_then(Value::as_str)
}

fn created_ms(record: &Value) -> Option<u64> {
    let seconds = record.pointer("/dynamodb/ApproximateCreationDateTime")?.as_f64()?;
    u64::try_from(Duration::try_from_secs_f64(seconds).ok()?.as_millis()).ok()
}
