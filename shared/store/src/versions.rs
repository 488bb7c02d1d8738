//! Earlier texts of a message: `ROOM#<room>#<bucket> / H#<seq>#<place>`, the latest
//! [`domain::EDITS_KEPT`]. They go in the transaction that deletes the message.

use crate::find::Find;
use crate::item::{Fields, Item, Row, s};
use crate::write::Write;
use crate::{Table, keys};
use chat::ports::ReadVersions;
use domain::{EDITS_KEPT, Message, MessageId, Result, Version};

/// The text of `was`, which is being replaced.
pub(crate) fn to_item(was: &Message, version: &Version) -> Item {
    Row::at(keys::version(was.id, was.edits))
        .text("body", &version.body)
        .time("from", version.from)
        .time("until", version.until)
        .build()
}

fn from_item(item: &Item) -> Result<Version> {
    let f = Fields(item);
    Ok(Version { body: f.string("body")?, from: f.time("from")?, until: f.time("until")? })
}

/// Deletes every text a message had.
pub(crate) fn forget(was: &Message) -> impl Iterator<Item = Write> + '_ {
    (0..was.edits.min(EDITS_KEPT)).map(|edit| Write::delete(keys::version(was.id, edit)))
}

impl ReadVersions for Table {
    async fn versions(&self, message: MessageId) -> Result<Vec<Version>> {
        let find = Find::new("PK = :bucket AND begins_with(SK, :versions)", EDITS_KEPT as usize)
            .value(":bucket", s(keys::message(message).pk))
            .value(":versions", s(keys::versions_sk(message.seq)));
        let found = self.query(find).await?;
        let mut versions = found.items.iter().map(from_item).collect::<Result<Vec<_>>>()?;
        versions.sort_by_key(|version| version.until);
        Ok(versions)
    }
}
