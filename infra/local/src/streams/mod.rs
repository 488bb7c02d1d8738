//! Table streams as event sources: read after each write, checkpointed after each delivery.

use crate::runtime::Function;
use crate::template::model::StreamSource;
use dynoxide::Database;
use serde_json::{Map, Value, json};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// How long a reader sleeps when nothing is written; expiry also writes.
const POLL_MAX: Duration = Duration::from_secs(1);
/// Pause before a failed batch is tried again; doubled up to [`RETRY_MAX`].
const RETRY_MIN: Duration = Duration::from_millis(200);
/// See [`RETRY_MIN`].
const RETRY_MAX: Duration = Duration::from_secs(30);

/// One function reading one table's stream.
pub struct Reader {
    /// The engine.
    pub database: Database,
    /// Told after every write.
    pub written: Arc<Notify>,
    /// Who gets the records.
    pub function: Arc<Function>,
    /// How.
    pub source: StreamSource,
    /// Where the positions are kept.
    pub checkpoint: PathBuf,
}

impl Reader {
    /// Notes where every shard begins for this reader, before anything is written. With `LATEST` and
    /// no checkpoint that is the stream's end as of now.
    ///
    /// # Errors
    /// One sentence when the stream cannot be read.
    pub fn prepare(&self) -> Result<Positions, String> {
        let mut positions: Positions = std::fs::read(&self.checkpoint)
            .ok()
            .and_then(|text| serde_json::from_slice(&text).ok())
            .unwrap_or_default();
        let first_time = positions.is_empty();
        self.new_shards(&mut positions, first_time && !self.source.from_start)?;
        self.save(&positions);
        Ok(positions)
    }

    /// Reads for ever.
    pub async fn run(self, mut positions: Positions) {
        loop {
            let written = Arc::clone(&self.written);
            let changed = written.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            let _ = self.new_shards(&mut positions, false);
            let mut any = false;
            for shard in positions.keys().cloned().collect::<Vec<_>>() {
                any |= self.shard(&mut positions, &shard).await;
            }
            if !any {
                tokio::select! {
                    () = changed => {}
                    () = tokio::time::sleep(POLL_MAX) => {}
                }
            }
        }
    }

    fn new_shards(&self, positions: &mut Positions, latest: bool) -> Result<(), String> {
        let arn = self.stream_arn()?;
        let request = serde_json::from_value(json!({ "StreamArn": arn }))
            .map_err(|error| error.to_string())?;
        let described =
            self.database.describe_stream(request).map_err(|error| error.to_string())?;
        for shard in described.stream_description.shards {
            if positions.contains_key(&shard.shard_id) {
                continue;
            }
            let kind = if latest { "LATEST" } else { "TRIM_HORIZON" };
            let wish =
                json!({"StreamArn": arn, "ShardId": shard.shard_id, "ShardIteratorType": kind});
            let wish = serde_json::from_value(wish).map_err(|error| error.to_string())?;
            let iterator =
                self.database.get_shard_iterator(wish).map_err(|error| error.to_string())?;
            if let Some(iterator) = iterator.shard_iterator {
                positions.insert(shard.shard_id, iterator.into());
            }
        }
        Ok(())
    }

    fn stream_arn(&self) -> Result<String, String> {
        let request = serde_json::from_value(json!({ "TableName": self.source.table }))
            .map_err(|error| error.to_string())?;
        let table = self.database.describe_table(request).map_err(|error| error.to_string())?;
        let table = serde_json::to_value(&table).map_err(|error| error.to_string())?;
        table
            .pointer("/Table/LatestStreamArn")
            .and_then(Value::as_str)
            .map(str::to_owned)
            .ok_or_else(|| format!("{} has no stream", self.source.table))
    }

    /// Delivers one batch of a shard. False when there was nothing.
    async fn shard(&self, positions: &mut Positions, shard: &str) -> bool {
        let Some(iterator) = positions.get(shard).and_then(Value::as_str) else { return false };
        let Some((mut records, next)) = self.read(iterator) else { return false };
        if records.is_empty() {
            return false;
        }
        if records.len() < self.source.batch_size && !self.source.window.is_zero() {
            tokio::time::sleep(self.source.window).await;
        }
        let (again, mut next) = match self.read(iterator) {
            Some(read) => read,
            None => (std::mem::take(&mut records), next),
        };
        records = again;
        let arn = self.stream_arn().unwrap_or_default();
        for record in &mut records {
            record["eventSourceARN"] = arn.as_str().into();
        }
        self.deliver(&mut records).await;
        positions.insert(shard.to_owned(), next.take().map_or(Value::Null, Value::from));
        self.save(positions);
        true
    }

    fn read(&self, iterator: &str) -> Option<(Vec<Value>, Option<String>)> {
        let request = json!({"ShardIterator": iterator, "Limit": self.source.batch_size.min(1000)});
        let answer = self.database.get_records(serde_json::from_value(request).ok()?).ok()?;
        let records =
            answer.records.iter().filter_map(|record| serde_json::to_value(record).ok()).collect();
        Some((records, answer.next_shard_iterator))
    }

    /// Delivers records in their order until they are through or given up.
    async fn deliver(&self, records: &mut Vec<Value>) {
        let mut attempts = 0u64;
        let mut pause = RETRY_MIN;
        while !records.is_empty() {
            let event = json!({ "Records": records }).to_string();
            if let Ok(result) = self.function.invoke(event.into()).await {
                match self.first_failure(&result, records) {
                    None => return,
                    Some(0) => {}
                    Some(at) => {
                        records.drain(..at);
                        attempts = 0;
                    }
                }
            }
            if self.source.retries_max.is_some_and(|max| attempts >= max) {
                return;
            }
            attempts += 1;
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(RETRY_MAX);
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
            .filter_map(|id| {
                records.iter().position(|record| {
                    record.pointer("/dynamodb/SequenceNumber") == Some(&id.into())
                })
            })
            .min();
        Some(at.unwrap_or(0))
    }

    fn save(&self, positions: &Positions) {
        let whole = Value::Object(positions.clone()).to_string();
        let next = self.checkpoint.with_extension("new");
        // Losing a checkpoint repeats a batch, which streams may do anyway.
        if std::fs::write(&next, whole).is_ok() {
            let _ = std::fs::rename(&next, &self.checkpoint);
        }
    }
}

/// Shard to iterator. The engine's iterators carry a position and do not expire.
pub type Positions = Map<String, Value>;
