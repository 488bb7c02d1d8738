//! The ports' DynamoDB side: one table, one file per kind of item, all keys in [`keys`].
//!
//! How it is read and written: every read of the main table is strongly consistent; every write
//! that depends on what was read carries a condition; what must hold across items is one
//! `TransactWriteItems`. A row that has expired is gone for every read and every condition, whether
//! or not TTL has deleted it. Nothing here scans.

mod accounts;
mod audit;
mod bans;
mod blocks;
mod buckets;
mod call;
mod callers;
mod connections;
mod contact_events;
mod contacts;
mod directory;
mod files;
mod find;
mod history;
mod invites;
mod item;
mod keys;
mod log;
mod look;
mod marks;
mod members;
mod messages;
mod notices;
mod pins;
mod presence;
mod public_keys;
mod purge;
mod pushes;
mod rates;
mod reactions;
mod reports;
mod roles;
mod room_changes;
mod rooms;
mod sent;
mod sessions;
mod silences;
mod stream;
mod threads;
mod tickets;
mod typing;
mod versions;
mod write;

pub use keys::BUCKET_SEQS;
pub use stream::change_of;

/// The table's secondary index: public rooms by name, users by username.
pub const DIRECTORY_INDEX: &str = "directory";

/// The table of the chat; implements every port of `chat` that DynamoDB serves.
#[derive(Clone, Debug)]
pub struct Table {
    client: aws_sdk_dynamodb::Client,
    name: String,
    /// What a user may send; the other buckets are measured by it.
    send_limit: domain::RateLimit,
}

impl Table {
    /// The table `name` reached through `client`.
    pub fn new(client: aws_sdk_dynamodb::Client, name: impl Into<String>) -> Self {
        let send_limit = domain::RateLimit { max: 10, window_ms: 10_000 };
        Self { client, name: name.into(), send_limit }
    }

    /// The same where users may send more or less than ten messages in ten seconds.
    #[must_use]
    pub fn with_send_limit(self, send_limit: domain::RateLimit) -> Self {
        Self { send_limit, ..self }
    }
}
