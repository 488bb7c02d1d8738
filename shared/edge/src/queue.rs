//! Workers fed by a queue: a batch in, the failed ones out.

use crate::App;
use crate::about;
use crate::about_events;
use crate::app::now;
use crate::serve::{Exit, serve};
use chat::event::Fanout;
use domain::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct QueueEvent {
    #[serde(rename = "Records")]
    records: Vec<Record>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    message_id: String,
    body: String,
    #[serde(default)]
    attributes: Attributes,
}

#[derive(Deserialize, Default)]
struct Attributes {
    #[serde(rename = "ApproximateReceiveCount", default)]
    receive_count: String,
}

/// `ReportBatchItemFailures`: what is listed comes again, the rest is done.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct QueueAnswer {
    batch_item_failures: Vec<FailedItem>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FailedItem {
    item_identifier: String,
}

/// Serves the queue of events. Whoever brings them to the sockets describes them: started with
/// `--describe`, the binary prints the catalogue of [`chat::event_data`].
pub fn serve_events(work: impl AsyncFn(&App, &[Fanout], Timestamp) -> Vec<usize>) -> Exit {
    if about::asked() {
        return about_events::print_events();
    }
    serve_queue(work)
}

/// An entry of a queue, and how often it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Received<T> {
    /// The entry.
    pub entry: T,
    /// 1 the first time.
    pub times: u32,
}

/// Serves a queue. `work` returns the places of the entries that failed. A body that cannot be read
/// is reported as failed too: after the queue's retries it lies in the dead-letter queue, where the
/// alarm shows it.
pub fn serve_queue<T: DeserializeOwned>(
    work: impl AsyncFn(&App, &[T], Timestamp) -> Vec<usize>,
) -> Exit {
    serve_batches(async |app, batch: Vec<Received<T>>, now| {
        let entries: Vec<T> = batch.into_iter().map(|received| received.entry).collect();
        work(app, &entries, now).await
    })
}

/// The same for work that gives up at some time: it is told how often an entry has come.
pub fn serve_queue_counted<T: DeserializeOwned>(
    work: impl AsyncFn(&App, &[Received<T>], Timestamp) -> Vec<usize>,
) -> Exit {
    serve_batches(async |app, batch: Vec<Received<T>>, now| work(app, &batch, now).await)
}

fn serve_batches<T: DeserializeOwned>(
    work: impl AsyncFn(&App, Vec<Received<T>>, Timestamp) -> Vec<usize>,
) -> Exit {
    serve(async |app, event: QueueEvent, _: &str| {
        let mut failed = Vec::new();
        let (mut ids, mut batch) = (Vec::new(), Vec::new());
        for record in event.records {
            match serde_json::from_str(&record.body) {
                Ok(entry) => {
                    let times = record.attributes.receive_count.parse().unwrap_or(1);
                    batch.push(Received { entry, times });
                    ids.push(record.message_id);
                }
                Err(error) => {
                    tracing::error!(message_id = %record.message_id, %error, "unreadable message");
                    failed.push(record.message_id);
                }
            }
        }
        if !batch.is_empty() {
            let places = work(app, batch, now()).await;
            failed.extend(places.into_iter().filter_map(|place| ids.get(place).cloned()));
        }
        let item = |item_identifier| FailedItem { item_identifier };
        Ok(QueueAnswer { batch_item_failures: failed.into_iter().map(item).collect() })
    })
}
