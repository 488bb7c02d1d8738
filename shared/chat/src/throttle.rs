//! Buckets: how much a user may do besides sending.

use crate::ports::{Ask, Look, Seen, Throttle};
use domain::{Bucket, Result, Timestamp, UserId};

/// The first look of a use case that is counted in a bucket: both calls side by side. `rate_limited`
/// if the bucket is empty, whatever there is to be seen.
pub async fn look_within(
    store: &(impl Look + Throttle),
    bucket: Bucket,
    user: UserId,
    ask: Ask,
    now: Timestamp,
) -> Result<Seen> {
    let both = futures_util::future::try_join(store.look(ask, now), store.spend(bucket, user, now));
    Ok(both.await?.0)
}
