//! Workers fed by the table's stream: a batch of changes in, the failed ones out.

use crate::App;
use crate::app::now;
use crate::serve::{Exit, serve};
use chat::ports::TableChange;
use domain::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Deserialize)]
struct StreamEvent {
    #[serde(rename = "Records")]
    records: Vec<Record>,
}

#[derive(Deserialize)]
struct Record {
    dynamodb: Value,
}

/// `ReportBatchItemFailures`: everything from the first of these on comes again.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StreamAnswer {
    batch_item_failures: Vec<FailedItem>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FailedItem {
    item_identifier: String,
}

/// Serves the table's stream. `work` returns the places of the changes that failed. A record that cannot
/// be read is logged and passed over: it would fail for ever and hold up all that come after it.
pub fn serve_stream(work: impl AsyncFn(&App, &[TableChange], Timestamp) -> Vec<usize>) -> Exit {
    serve(async |app, event: StreamEvent, _: &str| {
        let number = |record: &Value| {
            record["SequenceNumber"].as_str().map(str::to_owned).unwrap_or_default()
        };
        let (mut numbers, mut changes) = (Vec::new(), Vec::new());
        for Record { dynamodb } in &event.records {
            let number = number(dynamodb);
            changes.push(store::change_of(dynamodb).unwrap_or_else(|error| {
                tracing::error!(sequence_number = %number, detail = %error.detail, "unreadable record");
                TableChange::Other
            }));
            numbers.push(number);
        }
        let places = work(app, &changes, now()).await;
        let failed = places.into_iter().filter_map(|place| numbers.get(place).cloned());
        let item = |item_identifier| FailedItem { item_identifier };
        Ok(StreamAnswer { batch_item_failures: failed.map(item).collect() })
    })
}
