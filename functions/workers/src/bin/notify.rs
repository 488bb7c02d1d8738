//! Stream of the table — tells people of messages that name them, answer them or are meant for them
//! alone, and of rooms they were brought into.
//!
//! Run twice it notifies once: a notification's id follows from its event and its person.

use domain::Timestamp;
use edge::App;
use serde_json::Value;

async fn notify(app: &App, records: &[Value], now: Timestamp) -> Option<usize> {
    for (place, record) in records.iter().enumerate() {
        let written = match store::written(record) {
            Ok(Some(written)) => written,
            Ok(None) => continue,
            Err(error) => {
                // It will never be readable; what follows it must not wait for that.
                tracing::error!(detail = %error.detail, "a record of the stream is skipped");
                continue;
            }
        };
        if let Err(error) = chat::notify(&app.table, app.fanout(), now, &written).await {
            tracing::error!(detail = %error.detail, "not notified; the record comes again");
            return Some(place);
        }
    }
    None
}

fn main() -> edge::Exit {
    edge::serve_records(notify)
}
