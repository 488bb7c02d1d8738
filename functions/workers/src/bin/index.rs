//! The table's stream — keeps the search index as the messages are.
//!
//! Run twice, or late, it changes nothing: each change carries the number of the event that made it.

use chat::ports::TableChange;
use domain::Timestamp;
use edge::App;

async fn index(app: &App, changes: &[TableChange], _: Timestamp) -> Vec<usize> {
    let index = match app.search() {
        Ok(index) => index,
        Err(error) => {
            tracing::error!(detail = %error.detail, "not indexed");
            return vec![0];
        }
    };
    let done = chat::index_messages(index, changes).await;
    for (place, why) in &done.refused {
        tracing::error!(place, %why, "refused by the index");
    }
    if let Some(error) = &done.error {
        tracing::error!(detail = %error.detail, failed = done.failed.len(), "not indexed");
    }
    done.failed
}

fn main() -> edge::Exit {
    edge::serve_stream(index)
}
