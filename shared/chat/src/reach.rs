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

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{PushId, SessionId};
    use std::sync::Mutex;

    #[derive(Default)]
    struct Recorded(Mutex<Vec<(PushTask, i64)>>);

    impl QueuePushes for Recorded {
        async fn queue_pushes(&self, tasks: &[(PushTask, i64)]) -> Result<()> {
            self.0.lock().unwrap().extend_from_slice(tasks);
            Ok(())
        }
    }

    impl Publish for Recorded {
        async fn publish(&self, _: &Fanout) -> Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_task_for_each_device_and_a_pause_for_who_may_be_reading() {
        let at = Timestamp::from_ms(0);
        let user = |n| UserId::new(at, [n; 10]);
        let notice = NotificationId::new(at, [9; 10]);
        let entry = |n| PushEntry {
            id: PushId::of_hash([n; 32]),
            session: SessionId::new(at, [n; 10]),
            created_at: at,
        };
        let reached = HashMap::from([
            (user(1), Reached { here: true, pushes: vec![entry(1)] }),
            (user(2), Reached { here: false, pushes: vec![entry(2), entry(3)] }),
            (user(3), Reached { here: true, pushes: vec![] }),
            (user(4), Reached { here: false, pushes: vec![entry(4)] }),
        ]);
        let queue = Recorded::default();
        let ways = Ways { fanout: &queue, pushes: Some(&queue), push_delay_ms: 5_000 };
        // The fourth is not told, the fifth cannot be reached.
        let told = || [1, 2, 3, 5].map(|n| (user(n), notice)).into_iter();
        let done = futures_util::FutureExt::now_or_never(ways.push(&reached, told()));
        assert_eq!(done, Some(Ok(())));
        let task = |n, device| {
            let PushEntry { id, session, .. } = entry(device);
            PushTask { user: user(n), notification: notice, subscription: id, session }
        };
        let expected = [(task(1, 1), 5_000), (task(2, 2), 0), (task(2, 3), 0)];
        assert_eq!(*queue.0.lock().unwrap(), expected);
        let done = futures_util::FutureExt::now_or_never(ways.to_sockets().push(&reached, told()));
        assert_eq!((done, queue.0.lock().unwrap().len()), (Some(Ok(())), 3), "nothing more");
    }
}
