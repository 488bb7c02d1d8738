//! Queue `PresenceQueue` — decides what others are shown of a user's presence, and tells them if it has
//! changed.
//!
//! Run twice it changes nothing: a decision holds only for what it was made on.

use chat::Check;
use domain::Timestamp;
use edge::App;
use std::collections::HashSet;

async fn presence(app: &App, batch: &[Check], now: Timestamp) -> Vec<usize> {
    let times = app.presence_times();
    let mut failed = Vec::new();
    let mut done = HashSet::new();
    for (place, check) in batch.iter().enumerate() {
        // Several requests at once for one user are one, except that each delayed one is its own.
        if !done.insert((check.user, check.due)) {
            continue;
        }
        let (table, checks, fanout) = (&app.table, app.presence(), app.fanout());
        if let Err(error) = chat::check_presence(table, checks, fanout, times, now, *check).await {
            tracing::error!(detail = %error.detail, "not checked");
            done.remove(&(check.user, check.due));
            failed.push(place);
        }
    }
    failed
}

fn main() -> edge::Exit {
    edge::serve_queue(presence)
}
