//! Clears up after uploads: files that nothing uses and whose time is over, files of deleted messages,
//! and what was left in the quarantine while the scanner did not answer.

use super::{complete::scan_upload, places};
use crate::ports::{Files, Inspect, Look, Objects, Publish};
use domain::{Result, Timestamp};

/// Files one run removes; the next goes on.
const REMOVED_MAX: usize = 500;
/// Uploads one run checks again.
const RESCANNED_MAX: usize = 20;
/// How long an upload may lie in the quarantine before it is checked again, in milliseconds.
const STUCK_MS: i64 = 5 * 60 * 1000;

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Files removed.
    pub removed: usize,
    /// Uploads checked again.
    pub rescanned: usize,
    /// What could not be done now; the next run tries again.
    pub failed: usize,
}

/// Removes what has ended: bytes first, then the record, so that nothing is left that nobody knows of.
pub async fn sweep_files(
    store: &(impl Look + Files),
    objects: &impl Objects,
    inspect: &impl Inspect,
    fanout: &impl Publish,
    now: Timestamp,
) -> Result<Swept> {
    let mut swept = Swept::default();
    for id in store.ended_files(now, REMOVED_MAX).await? {
        let removed = match objects.remove(&places(id)).await {
            Ok(()) => store.forget_file(id, now).await,
            Err(error) => Err(error),
        };
        match removed {
            Ok(()) => swept.removed += 1,
            Err(_) => swept.failed += 1,
        }
    }
    for id in objects.quarantined_before(now.plus_ms(-STUCK_MS), RESCANNED_MAX).await? {
        match scan_upload(store, objects, inspect, fanout, now, id).await {
            Ok(_) => swept.rescanned += 1,
            Err(_) => swept.failed += 1,
        }
    }
    Ok(swept)
}
