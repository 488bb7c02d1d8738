//! DynamoDB: the embedded engine, the template's tables in it, expiry, and its endpoint.
//!
//! The engine (`dynoxide`) keeps everything in one SQLite file in WAL mode with SQLite's own default
//! of `synchronous=FULL`: an acknowledged write is on disk. Its calls block, so the endpoint runs on
//! threads of its own and never holds up the rest of the stack.

mod endpoint;
mod stream_log;
mod tables;
mod tokens;
mod units;

use crate::clock;
use crate::metrics::Metrics;
use crate::rights::Rights;
use crate::template::model::TableSpec;
use dynoxide::Database;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// How often expired items are deleted. AWS promises "within a few days".
const SWEEP_PERIOD: Duration = Duration::from_secs(60);
/// Threads that answer DynamoDB calls: one may wait for the disk while another reads.
const THREADS: usize = 2;

/// The running engine.
pub struct DynamoDb {
    /// The engine.
    pub database: Database,
    /// Its endpoint's port.
    pub port: u16,
    /// Told after every write, for the streams' readers.
    pub written: Arc<Notify>,
    runtime: Option<tokio::runtime::Runtime>,
}

impl DynamoDb {
    /// Opens the file, creates or checks the tables, starts the endpoint.
    ///
    /// # Errors
    /// One sentence when the file or a table in it does not fit.
    pub fn start(
        path: &Path,
        specs: &[TableSpec],
        metrics: &Arc<Metrics>,
        rights: &Arc<Rights>,
    ) -> Result<Self, String> {
        let database = Database::new(&path.display().to_string()).map_err(|error| {
            format!("the tables' file {} cannot be used: {error}", path.display())
        })?;
        for spec in specs {
            tables::ensure(&database, spec)?;
        }
        stream_log::index(path)?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name("dynamodb")
            .enable_all()
            .build()
            .map_err(|error| error.to_string())?;
        let written = Arc::new(Notify::new());
        let port = endpoint::start(&runtime, &database, metrics, rights, &written)
            .map_err(|error| error.to_string())?;
        Ok(Self { database, port, written, runtime: Some(runtime) })
    }

    /// Deletes expired items and stream records now and then. Runs for ever.
    pub async fn sweep(database: Database, path: PathBuf, written: Arc<Notify>) {
        loop {
            tokio::time::sleep(SWEEP_PERIOD).await;
            let (database, path) = (database.clone(), path.clone());
            let swept = tokio::task::spawn_blocking(move || {
                let now_s = i64::try_from(clock::epoch_ms() / 1000).unwrap_or(i64::MAX);
                // Left for the next time if it fails: nothing is wrong with old records.
                let _ = stream_log::trim(&path, now_s);
                database.sweep_ttl()
            })
            .await;
            if matches!(swept, Ok(Ok(count)) if count > 0) {
                written.notify_waiters();
            }
        }
    }

    /// Stops the endpoint.
    pub fn shutdown(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Drop for DynamoDb {
    fn drop(&mut self) {
        // A runtime must not be waited for inside another one.
        self.shutdown();
    }
}
