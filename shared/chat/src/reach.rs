//! How people are reached: their open sockets, and by Web Push what they have registered.

use crate::event::{Audience, Event, Fanout};
use crate::ports::{FindConnections, Publish, PushTask, QueuePushes};
use domain::{NotificationId, PushEntry, Result, Timestamp, UserId};
use std::collections::HashMap;

/// The ways to people.
#[derive(Debug)]
pub struct Ways<'a, F, Q> {
    /// To sockets.
    pub fanout: &'a F,
    /// To devices without one, where the deployment has push.
    pub pushes: Option<&'a Q>,
    /// How long a push waits where a device is connected, in milliseconds: whoever looks at it reads
    /// the message meanwhile, and no other device need ring.
    pub push_delay_ms: i64,
}

impl<F, Q> Clone for Ways<'_, F, Q> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<F, Q> Copy for Ways<'_, F, Q> {}

/// Somebody, and where they can be reached.
pub(crate) struct Reached {
    /// Whether a socket is open.
    pub(crate) here: bool,
    pushes: Vec<PushEntry>,
}

impl<F: Publish, Q: QueuePushes> Ways<'_, F, Q> {
    /// For what is no news: only who watches is told.
    pub(crate) fn to_sockets(self) -> Self {
        Self { pushes: None, ..self }
    }

    /// Where `users` can be reached; those who nowhere can are left out. One round trip.
    pub(crate) async fn reach(
        &self,
        store: &impl FindConnections,
        users: Vec<UserId>,
        now: Timestamp,
    ) -> Result<HashMap<UserId, Reached>> {
        if users.is_empty() {
            return Ok(HashMap::new());
        }
        let found = match self.pushes {
            Some(_) => store.devices(&users, now).await?,
            None => {
                let open = store.connections(&users, now).await?;
                open.into_iter().map(|(user, kept)| (user, kept, Vec::new())).collect()
            }
        };
        let found = found.into_iter().map(|(user, kept, pushes)| {
            (user, Reached { here: !kept.connections.is_empty(), pushes })
        });
        Ok(found.filter(|(_, reached)| reached.here || !reached.pushes.is_empty()).collect())
    }

    pub(crate) async fn publish(&self, user: UserId, event: Event) -> Result<()> {
        self.fanout.publish(&Fanout::new(Audience::Users(vec![user]), event)).await
    }

    /// Hands notifications over to be pushed: one task for each device, so that one which fails is
    /// tried again alone.
    pub(crate) async fn push(
        &self,
        reached: &HashMap<UserId, Reached>,
        notices: impl Iterator<Item = (UserId, NotificationId)>,
    ) -> Result<()> {
        let Some(queue) = self.pushes else { return Ok(()) };
        let mut tasks = Vec::new();
        for (user, notification) in notices {
            let Some(Reached { here, pushes }) = reached.get(&user) else { continue };
            let delay_ms = if *here { self.push_delay_ms } else { 0 };
            tasks.extend(pushes.iter().map(|entry| {
                let (subscription, session) = (entry.id, entry.session);
                (PushTask { user, notification, subscription, session }, delay_ms)
            }));
        }
        if tasks.is_empty() { Ok(()) } else { queue.queue_pushes(&tasks).await }
    }
}
