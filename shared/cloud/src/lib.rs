//! The ports' sides other than the table: the queues, the open sockets, the search index, the secrets, push
//! services; and how the clients of all services are built.

mod clients;
mod contacts;
mod faces;
mod failure;
mod fanout;
mod http;
mod objects;
pub mod outbound;
mod presence;
mod purge;
mod push;
mod search;
mod secret;
mod sockets;

pub use clients::Clients;
pub use contacts::ContactQueue;
pub use faces::FaceQueues;
pub use fanout::FanoutQueue;
pub use objects::{FileBucket, quarantined_id};
pub use presence::PresenceQueue;
pub use purge::PurgeQueue;
pub use push::{PushKey, PushQueue, WebPush};
pub use search::SearchIndex;
pub use secret::SigningSecret;
pub use sockets::Sockets;
