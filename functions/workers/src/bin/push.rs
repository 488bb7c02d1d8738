//! Queue `PushQueue` — brings notifications to devices by Web Push.
//!
//! Each entry is one notification for one device, so that a device which cannot be reached is tried again
//! alone. Run twice it pushes twice, unless it has been read; the notification's id tells the device that it
//! is the same.

use chat::ports::{PushTask, Pushed};
use chat::{PushDone, push_notification};
use domain::Timestamp;
use edge::{App, Received};
use futures_util::future::join_all;

/// How often a push service is asked that does not answer, or asks for patience.
const TRIES_MAX: u32 = 5;

/// Whether a task is done with; what it led to is said in the log.
async fn one(app: &App, received: &Received<PushTask>, now: Timestamp) -> bool {
    let Received { entry: task, times } = *received;
    let done = match app.web_push().await {
        Ok(sender) => push_notification(&app.table, sender, now, task).await,
        Err(error) => Err(error),
    };
    let subscription = task.subscription;
    match done {
        Ok(PushDone::Void | PushDone::Answered(Pushed::Accepted)) => true,
        Ok(PushDone::Answered(Pushed::Gone)) => {
            tracing::info!(%subscription, "the subscription has ended");
            true
        }
        Ok(PushDone::Answered(Pushed::Refused(detail))) => {
            tracing::warn!(%subscription, %detail, "a push was refused");
            true
        }
        Ok(PushDone::Answered(Pushed::Later(detail))) if times >= TRIES_MAX => {
            tracing::warn!(%subscription, %detail, times, "a push was given up");
            true
        }
        Ok(PushDone::Answered(Pushed::Later(detail))) => {
            tracing::info!(%subscription, %detail, times, "a push is tried again");
            false
        }
        Err(error) => {
            tracing::error!(%subscription, detail = %error.detail, "not pushed");
            false
        }
    }
}

async fn push(app: &App, batch: &[Received<PushTask>], now: Timestamp) -> Vec<usize> {
    let done = join_all(batch.iter().map(|received| one(app, received, now))).await;
    done.iter().enumerate().filter(|(_, done)| !**done).map(|(place, _)| place).collect()
}

fn main() -> edge::Exit {
    edge::serve_queue_counted(push)
}
