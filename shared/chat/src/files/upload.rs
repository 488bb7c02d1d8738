//! Takes a file, or the announcement of one.

use super::settle::{digest, find, settle};
use crate::gate::{Principal, no_such};
use crate::ports::{Ask, Commit, Files, Inspect, Look, Objects, Place, Throttle};
use crate::throttle::look_within;
use crate::view::AttachmentView;
use bytes::Bytes;
use domain::{
    AttachmentId, Bucket, ChatError, ClientKey, Code, FILE_BYTES_MAX, FieldError, FileKind,
    FileStatus, FileUse, Result, Stated, StoredFile, Timestamp, UserId,
};
use schemars::JsonSchema;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::time::Duration;

/// How long a signed upload may begin, in seconds.
const UPLOAD_VALID_S: u32 = 15 * 60;
/// A file that came with the request.
#[derive(Clone, Debug)]
pub struct Draft {
    /// What it says it is.
    pub stated: Stated,
    /// Its bytes.
    pub bytes: Bytes,
    /// The client's key for this request.
    pub key: Option<ClientKey>,
}

/// A file that is to come by a signed upload.
#[derive(Clone, Debug)]
pub struct AnnouncedFile {
    /// What it says it is.
    pub stated: Stated,
    /// Its size in bytes.
    pub size: u64,
    /// The client's key for this request.
    pub key: Option<ClientKey>,
}

/// Where an announced file is to be put.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct UploadTarget {
    pub url: String,
    pub method: &'static str,
    /// To be sent exactly so: they are part of the signature.
    pub headers: std::collections::BTreeMap<String, String>,
    pub expires_at: Timestamp,
}

/// How it went.
#[derive(Clone, Debug)]
pub struct Uploaded {
    /// The file.
    pub attachment: AttachmentView,
    /// Where its bytes are to be put, if they are still to come.
    pub upload: Option<UploadTarget>,
    /// Whether an earlier request with this key had uploaded or announced it.
    pub replayed: bool,
}

fn check_size(size: u64, pointer: &'static str) -> Result<()> {
    match size {
        0 => Err(FieldError::new(pointer, "too_short", "must not be empty").into()),
        1..=FILE_BYTES_MAX => Ok(()),
        _ => Err(ChatError::because(Code::PayloadTooLarge, "a file has at most 10485760 bytes")),
    }
}

/// Takes a whole file: it is checked before it is stored. It stays for `unused_ms` if nothing uses it. 403 `infected` and 400 `file_unreadable`
/// leave nothing of it.
pub async fn upload_file(
    store: &(impl Look + Files + Throttle),
    objects: &impl Objects,
    inspect: &impl Inspect,
    who: Principal,
    unused_ms: i64,
    now: Timestamp,
    draft: Draft,
) -> Result<Uploaded> {
    let Draft { stated, bytes, key } = draft;
    let size = bytes.len() as u64;
    check_size(size, "/file")?;
    let kind = stated.agree(inspect.sniff(&bytes))?;
    let print = fingerprint(&stated, kind, size, &digest(&bytes));
    let file = new_file(who.user, &stated, kind, size, key.as_ref(), unused_ms, now, print);
    let (mut file, replayed) = register(store, who, now, file).await?;
    if file.status == FileStatus::Pending {
        file = match settle(store, objects, inspect, &file, bytes.clone(), now).await {
            Ok(settled) if settled.status != FileStatus::Pending => settled,
            // The scanner will tell later, or does not answer: the worker goes on from here.
            Err(error) if error.code != Code::Unavailable => return Err(error),
            Ok(_) | Err(_) => {
                objects.put(Place::Quarantine(file.id), bytes, kind.mime()).await?;
                file
            }
        };
    }
    if let Some(finding) = &file.finding {
        return Err(finding.refusal());
    }
    let attachment = AttachmentView::of_file(&file);
    Ok(Uploaded { attachment, upload: None, replayed })
}

/// Takes the description of a file and says where its bytes are to be put.
pub async fn announce_file(
    store: &(impl Look + Files + Throttle),
    objects: &impl Objects,
    who: Principal,
    unused_ms: i64,
    now: Timestamp,
    announced: AnnouncedFile,
) -> Result<Uploaded> {
    let AnnouncedFile { stated, size, key } = announced;
    check_size(size, "/size")?;
    let kind = stated.kind()?.ok_or_else(|| ChatError::new(Code::UnsupportedType))?;
    let print = fingerprint(&stated, kind, size, "announced");
    let file = new_file(who.user, &stated, kind, size, key.as_ref(), unused_ms, now, print);
    let (file, replayed) = register(store, who, now, file).await?;
    let mut upload = None;
    if file.status == FileStatus::Pending {
        let valid = Duration::from_secs(u64::from(UPLOAD_VALID_S));
        let place = Place::Quarantine(file.id);
        let signed = objects.sign_upload(place, file.size, kind.mime(), valid).await?;
        upload = Some(UploadTarget {
            url: signed.url,
            method: "PUT",
            headers: signed.headers.into_iter().collect(),
            expires_at: now.plus_ms(i64::from(UPLOAD_VALID_S) * 1000),
        });
    }
    let attachment = AttachmentView::of_file(&file);
    Ok(Uploaded { attachment, upload, replayed })
}

/// What makes two requests the same.
fn fingerprint(stated: &Stated, kind: FileKind, size: u64, content: &str) -> String {
    let name = stated.name.as_ref().map_or("", |name| name.as_str());
    digest(format!("{name}\0{}\0{size}\0{content}", kind.mime()).as_bytes())
}

#[allow(clippy::too_many_arguments, reason = "a record is made of many things, once")]
fn new_file(
    owner: UserId,
    stated: &Stated,
    kind: FileKind,
    size: u64,
    key: Option<&ClientKey>,
    unused_ms: i64,
    now: Timestamp,
    fingerprint: String,
) -> StoredFile {
    StoredFile {
        id: key.map_or_else(|| AttachmentId::new(now, rand::random()), |key| keyed_id(owner, key)),
        owner,
        filename: stated.name_for(kind).into_string(),
        kind,
        size,
        created_at: now,
        status: FileStatus::Pending,
        finding: None,
        digest: None,
        picture: None,
        used: FileUse::None { ends_at: now.plus_ms(unused_ms) },
        fingerprint,
    }
}

/// The id that `key` stands for: the same request always means the same file. (The time inside this
/// UUID is part of the hash, not a time.)
fn keyed_id(user: UserId, key: &ClientKey) -> AttachmentId {
    let hash = Sha256::digest(format!("upload\0{user}\0{key}"));
    let (time, random) = (&hash[..6], &hash[6..16]);
    let ms = time.iter().fold(0i64, |ms, byte| ms << 8 | i64::from(*byte));
    let mut ten = [0; 10];
    ten.copy_from_slice(random);
    AttachmentId::new(Timestamp::from_ms(ms), ten)
}

/// Stores the record, or finds the one an earlier request with this key has stored. `true` if it was
/// there. Every call counts in the sender's bucket of uploads.
async fn register(
    store: &(impl Look + Files + Throttle),
    who: Principal,
    now: Timestamp,
    file: StoredFile,
) -> Result<(StoredFile, bool)> {
    let ask = Ask { files: vec![file.id], ..who.ask() };
    let mut seen = look_within(store, Bucket::Upload, who.user, ask, now).await?;
    who.check(&seen)?;
    let there = match seen.files.remove(&file.id) {
        Some(there) => there,
        None if store.create_file(&file, now).await? == Commit::Done => return Ok((file, false)),
        // The same request, at the same moment.
        None => find(store, file.id, now).await?.ok_or_else(|| no_such("attachment"))?,
    };
    if there.owner != who.user || there.fingerprint != file.fingerprint {
        return Err(ChatError::new(Code::IdempotencyConflict));
    }
    Ok((there, true))
}
