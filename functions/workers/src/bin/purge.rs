//! Queue `PurgeQueue` — empties rooms that have been deleted.
//!
//! Run twice it finds less to do; a room that was not deleted after all is let be.

use chat::ports::PurgeTask;
use domain::Timestamp;
use edge::App;

async fn purge(app: &App, batch: &[PurgeTask], now: Timestamp) -> Vec<usize> {
    let mut failed = Vec::new();
    for (place, task) in batch.iter().enumerate() {
        let done = chat::purge_room(&app.table, app.fanout(), app.purges(), now, *task).await;
        if let Err(error) = done {
            tracing::error!(room = %task.room, detail = %error.detail, "not purged");
            failed.push(place);
        }
    }
    failed
}

fn main() -> edge::Exit {
    edge::serve_queue(purge)
}
