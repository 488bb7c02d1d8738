//! Queue `DirectchatQueue` — says to users of other servers what ours have done: at least once, in order.
//!
//! What comes from the queue only says that there may be something; what it is stands in the room. Run twice,
//! or for the same contact side by side, one does it.

use chat::contacts::{DispatchTimes, dispatch};
use directchat::{HttpPeers, Task};
use domain::{ContactKey, Timestamp};
use edge::App;
use futures_util::future::join_all;

/// Whether there is nothing left to do that another message would not start.
async fn one(app: &App, contact: ContactKey, now: Timestamp) -> bool {
    let peers = HttpPeers::new(app.outbound());
    let times = DispatchTimes { retry_ms: app.directchat_retry_ms() };
    let (table, fanout, objects, queue) = (&app.table, app.fanout(), app.files(), app.contacts());
    let done = dispatch(table, fanout, objects, &peers, queue, times, now, contact).await;
    let contact = contact.id;
    match done {
        Ok(done) => {
            for why in &done.refused {
                tracing::warn!(%contact, %why, "an event was refused");
            }
            if let Some(why) = &done.held {
                tracing::info!(%contact, %why, taken = done.taken, "events are held");
            }
            true
        }
        Err(error) => {
            tracing::error!(%contact, detail = %error.detail, "not sent");
            // Tried again by the queue as well, in case nothing else will.
            false
        }
    }
}

async fn work(app: &App, batch: &[Task], now: Timestamp) -> Vec<usize> {
    let done = join_all(batch.iter().map(async |task| {
        join_all(task.contacts().into_iter().map(|contact| one(app, contact, now))).await
    }));
    let done = done.await;
    let failed = done.iter().enumerate().filter(|(_, all)| !all.iter().all(|done| *done));
    failed.map(|(place, _)| place).collect()
}

fn main() -> edge::Exit {
    edge::serve_queue(work)
}
