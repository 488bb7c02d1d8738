//! What Web Push needs of the world.

use super::{Answer, Commit};
use domain::{
    NotificationId, PushEntry, PushId, PushList, PushSubscription, PushUrgency, SessionId,
    Timestamp, UserId,
};
use serde::{Deserialize, Serialize};

/// Keeps subscriptions (`dynamodb:PutItem`, `UpdateItem`, `DeleteItem`, `TransactWriteItems`).
pub trait KeepPushes: Sync {
    /// Stores a subscription, whoever had the endpoint before, and enters it into its user's list in
    /// the place of `surplus`. `Stale` if the list is not `was` any more.
    fn put_push(
        &self,
        push: &PushSubscription,
        was: &PushList,
        surplus: &[PushEntry],
    ) -> impl Answer<Commit>;
    /// Takes a user's subscription away; `false` if they have none of that id.
    fn drop_push(&self, user: UserId, id: PushId) -> impl Answer<bool>;
    /// The same for what is of no use any more: leaves alone what was registered anew in another
    /// session, or by somebody else.
    fn forget_push(&self, user: UserId, id: PushId, session: SessionId) -> impl Answer<()>;
}

/// One notification on its way to one device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PushTask {
    /// Whose notification.
    pub user: UserId,
    /// Which.
    pub notification: NotificationId,
    /// The device.
    pub subscription: PushId,
    /// The session the device was registered in.
    pub session: SessionId,
}

/// Hands notifications to the push queue (`sqs:SendMessage`).
pub trait QueuePushes: Sync {
    /// Returns when the queue has accepted all; each comes after its delay in milliseconds, 15 minutes
    /// at the most.
    fn queue_pushes(&self, tasks: &[(PushTask, i64)]) -> impl Answer<()>;
}

/// What is brought to a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushMessage {
    /// The payload; nobody on the way can read it.
    pub payload: Vec<u8>,
    /// How long the push service keeps it for a device that is away, in seconds.
    pub ttl_s: u32,
    /// How urgent it is.
    pub urgency: PushUrgency,
    /// A newer message of the same topic takes the place of one that has not been delivered; at most
    /// 32 characters of base64url (RFC 8030, 5.4).
    pub topic: Option<String>,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pushed {
    /// The push service has it.
    Accepted,
    /// The subscription has ended (404, 410).
    Gone,
    /// Not now (429, 5xx, no answer); may be tried again.
    Later(String),
    /// Refused, or not allowed to be sent there; trying again would not help.
    Refused(String),
}

/// Brings messages to push services. The address comes from a user: nothing is sent to where only the
/// deployment itself should reach.
pub trait SendPush: Sync {
    /// Encrypts the payload for the subscription and posts it.
    fn send_push(
        &self,
        to: &PushSubscription,
        message: &PushMessage,
        now: Timestamp,
    ) -> impl Answer<Pushed>;
}
