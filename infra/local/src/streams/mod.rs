//! Table streams as event sources: read after each write, checkpointed after each delivery.

mod delivery;

use crate::runtime::Function;
use crate::sqs::Sqs;
use crate::template::model::StreamSource;
use delivery::Delivery;
use dynoxide::Database;
use serde_json::{Map, Value, json};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// How long a reader sleeps when nothing is written; expiry also writes.
const POLL_MAX: Duration = Duration::from_secs(1);
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
    /// Where what was given up is reported.
    pub sqs: Arc<Sqs>,
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
        let Some((mut records, mut next)) = self.read(iterator) else { return false };
        if records.is_empty() {
            return false;
        }
        if records.len() < self.source.batch_size && !self.source.window.is_zero() {
            tokio::time::sleep(self.source.window).await;
            if let Some(fuller) = self.read(iterator) {
                (records, next) = fuller;
            }
        }
        let arn = self.stream_arn().unwrap_or_default();
        let delivery = Delivery {
            function: &self.function,
            source: &self.source,
            sqs: &self.sqs,
            arn: &arn,
            shard,
        };
        delivery.run(records).await;
        positions.insert(shard.to_owned(), next.map_or(Value::Null, Value::from));
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
