//! Empties a deleted room: members first, who are told once more, then what was kept about the room,
//! then its messages and log. Bounded steps; what is left over goes back to the queue. Every step may
//! be repeated: what is gone is not found again, and a room that stands is let be.

use crate::compose;
use crate::event::Audience;
use crate::ports::{ListRecipients, Publish, Purge, PurgeTask, QueuePurge};
use domain::{Result, Timestamp};

/// Members forgotten in one step.
const MEMBERS_MAX: usize = 100;
/// Other items forgotten in one step.
const ITEMS_MAX: usize = 250;
/// Steps of one task; some ten calls each, so a task ends well within its function's time.
const STEPS_MAX: usize = 10;

/// Takes a deleted room some steps further, and hands the rest back to the queue.
pub async fn purge_room(
    store: &(impl Purge + ListRecipients),
    fanout: &impl Publish,
    purges: &impl QueuePurge,
    now: Timestamp,
    task: PurgeTask,
) -> Result<()> {
    let PurgeTask { room, bucket } = task;
    let Some(last) = store.deleted_room(room).await? else { return Ok(()) };
    let mut bucket = bucket.unwrap_or(0);
    for _ in 0..STEPS_MAX {
        let (members, _) = store.recipients(room, MEMBERS_MAX, None).await?;
        if !members.is_empty() {
            // The request that deleted the room may have died before it told them.
            let audience = Audience::Users(members.clone());
            fanout.publish(&compose::room_deleted(room, audience, now)).await?;
            store.forget_members(room, &members).await?;
            continue;
        }
        if store.forget_rows(room, ITEMS_MAX).await? > 0 {
            continue;
        }
        if bucket > last {
            return store.finish_purge(room, now).await;
        }
        if store.forget_bucket(room, bucket, ITEMS_MAX, now).await? < ITEMS_MAX {
            bucket += 1;
        }
    }
    purges.continue_purge(PurgeTask { room, bucket: Some(bucket) }).await
}
