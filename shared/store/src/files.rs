//! Files `FILE#<id> / FILE`.
//!
//! One that nothing uses has an end (`ends_at`) and stands in the directory index under `ENDING` by that
//! time, where the sweep finds it. Being used takes both away; the end of its message gives them back.
//! TTL is days behind the end, so that it never takes a record whose bytes have not been swept.

use crate::find::Find;
use crate::item::{Fields, Item, Row, n, s, t};
use crate::write::Write;
use crate::{Table, keys};
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use chat::ports::{Commit, Files};
use domain::{
    AttachmentId, FileKind, FileStatus, FileUse, MessageId, Result, StoredFile, Timestamp, UserId,
};

/// How long after its end TTL takes a record that no sweep has taken, in milliseconds (7 days).
const KEPT_MS: i64 = 7 * 24 * 60 * 60 * 1000;
/// Gives a file an end.
const END: &str = "SET #ends_at = :end, #expires_at = :ttl, #GSI1PK = :ending, #GSI1SK = :place";
/// Takes it away.
const NO_END: &str = "REMOVE #ends_at, #expires_at, #GSI1PK, #GSI1SK";

fn to_item(file: &StoredFile) -> Result<Item> {
    let row = Row::at(keys::file(file.id))
        .text("owner", file.owner)
        .text("filename", &file.filename)
        .text("kind", file.kind.extension())
        .number("size", file.size)
        .time("created_at", file.created_at)
        .text("status", file.status.as_str())
        .text("fingerprint", &file.fingerprint)
        .text_opt("digest", file.digest.as_ref())
        .json("finding", &file.finding)?
        .json("picture", &file.picture)?;
    Ok(match file.used {
        FileUse::None { ends_at } => row
            .time("ends_at", ends_at)
            .number("expires_at", ends_at.plus_ms(KEPT_MS).ttl_seconds())
            .text("GSI1PK", keys::ENDING)
            .text("GSI1SK", keys::ending_sort(ends_at, file.id)),
        FileUse::Message(message) => row.text("message", message),
        FileUse::Avatar => row.flag("avatar", true),
    }
    .build())
}

/// The file, if it has not ended at `now`.
pub(crate) fn from_item(item: &Item, now: Timestamp) -> Result<Option<StoredFile>> {
    let f = Fields(item);
    let used = match (f.time_opt("ends_at")?, f.parsed_opt::<MessageId>("message")?) {
        (Some(ends_at), _) if ends_at <= now => return Ok(None),
        (Some(ends_at), _) => FileUse::None { ends_at },
        (None, Some(message)) => FileUse::Message(message),
        (None, None) => FileUse::Avatar,
    };
    Ok(Some(StoredFile {
        id: f.in_key("PK", keys::file_in)?,
        owner: f.parsed("owner")?,
        filename: f.string("filename")?,
        kind: f.read("kind", FileKind::from_extension)?,
        size: f.number("size")?,
        created_at: f.time("created_at")?,
        status: f.read("status", FileStatus::parse)?,
        finding: f.json("finding")?,
        digest: f.string_opt("digest")?,
        picture: f.json("picture")?,
        used,
        fingerprint: f.string("fingerprint")?,
    }))
}

fn ended(write: Write, id: AttachmentId, now: Timestamp) -> Write {
    write
        .value(":end", t(now))
        .value(":ttl", n(now.plus_ms(KEPT_MS).ttl_seconds()))
        .value(":ending", s(keys::ENDING))
        .value(":place", s(keys::ending_sort(now, id)))
}

/// A clean, unused file of `owner` becomes part of a message.
pub(crate) fn attach(id: AttachmentId, to: MessageId, owner: UserId, now: Timestamp) -> Write {
    Write::update(keys::file(id), format!("SET #message = :message {NO_END}"))
        .when("#owner = :owner AND #status = :clean AND #ends_at > :now")
        .value(":message", s(to))
        .value(":owner", s(owner))
        .value(":clean", s(FileStatus::Clean.as_str()))
        .value(":now", t(now))
}

/// What used a file is gone, and so is the file. Without a condition: nothing about a file may keep
/// its message from being deleted.
pub(crate) fn release(id: AttachmentId, now: Timestamp) -> Write {
    ended(Write::update(keys::file(id), END), id, now)
}

/// A clean, unused picture of `owner` becomes their profile's; it may be that already.
pub(crate) fn wear(id: AttachmentId, owner: UserId, now: Timestamp) -> Write {
    Write::update(keys::file(id), format!("SET #avatar = :on {NO_END}"))
        .when(
            "#owner = :owner AND #status = :clean AND attribute_exists(#picture) AND \
             (#ends_at > :now OR #avatar = :on)",
        )
        .value(":on", AttributeValue::Bool(true))
        .value(":owner", s(owner))
        .value(":clean", s(FileStatus::Clean.as_str()))
        .value(":now", t(now))
}

impl Files for Table {
    async fn create_file(&self, file: &StoredFile, now: Timestamp) -> Result<Commit> {
        let free = "attribute_not_exists(PK) OR #ends_at <= :now";
        let put = Write::put(to_item(file)?).when(free).value(":now", t(now));
        let done = self.write(put, ReturnValue::None).await?.is_done();
        Ok(if done { Commit::Done } else { Commit::Stale })
    }

    async fn settle_file(&self, file: &StoredFile, now: Timestamp) -> Result<Commit> {
        let mut set = "SET #status = :status, #size = :size".to_owned();
        let item = to_item(file)?;
        let optional = ["digest", "finding", "picture"].map(|name| (name, item.get(name)));
        for (name, _) in optional.iter().filter(|(_, value)| value.is_some()) {
            set.push_str(&format!(", #{name} = :{name}"));
        }
        let mut write = Write::update(keys::file(file.id), set)
            .when("#status = :pending AND #ends_at > :now")
            .value(":status", s(file.status.as_str()))
            .value(":size", n(file.size))
            .value(":pending", s(FileStatus::Pending.as_str()))
            .value(":now", t(now));
        for (name, value) in optional {
            if let Some(value) = value {
                write = write.value(&format!(":{name}"), value.clone());
            }
        }
        let done = self.write(write, ReturnValue::None).await?.is_done();
        Ok(if done { Commit::Done } else { Commit::Stale })
    }

    async fn end_file(&self, id: AttachmentId, owner: UserId, now: Timestamp) -> Result<Commit> {
        let write = ended(Write::update(keys::file(id), END), id, now)
            .when("#owner = :owner AND #ends_at > :end")
            .value(":owner", s(owner));
        let done = self.write(write, ReturnValue::None).await?.is_done();
        Ok(if done { Commit::Done } else { Commit::Stale })
    }

    async fn forget_file(&self, id: AttachmentId, now: Timestamp) -> Result<()> {
        let write = Write::delete(keys::file(id)).when("#ends_at <= :now").value(":now", t(now));
        self.write(write, ReturnValue::None).await.map(|_| ())
    }

    async fn ended_files(&self, now: Timestamp, limit: usize) -> Result<Vec<AttachmentId>> {
        let find = Find::new("#GSI1PK = :ending AND #GSI1SK < :now", limit)
            .value(":ending", s(keys::ENDING))
            .value(":now", s(keys::ending_before(now)))
            .in_directory();
        let found = self.query(find).await?.items;
        found.iter().map(|item| Fields(item).in_key("PK", keys::file_in)).collect()
    }
}
