//! Bucket `Files`, `quarantine/` — checks what has been uploaded.
//!
//! An upload that passes is written to its clean place and its owner's devices are told. Run twice, the
//! second run finds it settled. While the scanner does not answer the upload stays where it is, where
//! nobody is served from: Lambda tries again, then `sweep_files`.

use domain::{Result, Timestamp};
use edge::App;
use files::Inspector;

async fn scan(app: &App, key: &str, now: Timestamp) -> Result<()> {
    let Some(id) = cloud::quarantined_id(key) else {
        tracing::warn!(%key, "no upload has this key");
        return Ok(());
    };
    let (store, objects, inspect) = (&app.table, app.files(), Inspector::shared());
    let status = chat::files::scan_upload(store, objects, inspect, app.fanout(), now, id).await?;
    tracing::info!(%id, status = status.map_or("gone", domain::FileStatus::as_str), "checked");
    Ok(())
}

fn main() -> edge::Exit {
    edge::serve_bucket(scan)
}
