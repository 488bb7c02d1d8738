//! Schedule — removes files that nothing uses and whose time is over, and those of deleted messages;
//! checks again what a scanner has not answered for.
//!
//! Run twice, the second run finds less to do.

use domain::{Result, Timestamp};
use edge::App;
use files::Inspector;
use serde::{Deserialize, Serialize};

/// What the schedule says does not matter.
#[derive(Deserialize)]
struct Tick {}

#[derive(Serialize)]
struct Done {
    removed: usize,
    rescanned: usize,
    failed: usize,
}

async fn sweep_files(app: &App, _: Tick, now: Timestamp) -> Result<Done> {
    let (store, objects, inspect) = (&app.table, app.files(), Inspector::shared());
    let swept = chat::files::sweep_files(store, objects, inspect, app.fanout(), now).await?;
    if swept.failed > 0 {
        tracing::error!(
            failed = swept.failed,
            "files could not be swept; the next run tries again"
        );
    }
    Ok(Done { removed: swept.removed, rescanned: swept.rescanned, failed: swept.failed })
}

fn main() -> edge::Exit {
    edge::serve_event(sweep_files)
}
