//! Workers fed by the table's stream: records in, in their order; the first that failed out.

use crate::App;
use crate::app::now;
use crate::serve::{Exit, serve};
use domain::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct StreamEvent {
    #[serde(rename = "Records")]
    records: Vec<Value>,
}

/// Serves the table's stream. `work` takes the records in their order and returns the place of the
/// first that failed: that one and all behind it come again.
pub fn serve_records(work: impl AsyncFn(&App, &[Value], Timestamp) -> Option<usize>) -> Exit {
    serve(async |app, event: StreamEvent, _: &str| {
        let failed = work(app, &event.records, now()).await;
        let number = |place: usize| event.records.get(place)?.pointer("/dynamodb/SequenceNumber");
        let failed: Vec<Value> = failed
            .map(|place| json!({"itemIdentifier": number(place)}))
            .into_iter()
            .collect();
        Ok(json!({"batchItemFailures": failed}))
    })
}
