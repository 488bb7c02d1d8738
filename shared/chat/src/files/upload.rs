//! Takes a file, or the announcement of one.

use super::settle::{digest, settle};
use crate::gate::Principal;
use crate::ports::{Commit, Files, Inspect, Look, Objects, Place, RateKey};
use crate::view::AttachmentView;
use bytes::Bytes;
use domain::{
    AttachmentId, ChatError, ClientKey, Code, FILE_BYTES_MAX, FieldError, FileKind, FileStatus,
    FileUse, RateLimit, RateTaken, Result, Stated, StoredFile, Timestamp, UserId,
};
use schemars::JsonSchema;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::time::Duration;

/// How long a signed upload may begin, in seconds.
const UPLOAD_VALID_S: u32 = 15 * 60;
/// How often an upload starts over when another of the same user comes between.
const ROUNDS_MAX: usize = 8;

/// What the deployment allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileRules {
    /// Uploads per user.
    pub rate: RateLimit,
    /// How long a file stays that nothing uses, in milliseconds.
    pub unused_ms: i64,
}

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
    /// What is left of the rate window; a replay takes nothing from it.
    pub rate: Option<RateTaken>,
}

fn check_size(size: u64, pointer: &'static str) -> Result<()> {
    match size {
        0 => Err(FieldError::new(pointer, "too_short", "must not be empty").into()),
        1..=FILE_BYTES_MAX => Ok(()),
        _ => Err(ChatError::because(Code::PayloadTooLarge, "a file has at most 10485760 bytes")),
    }
}

/// Takes a whole file: it is checked before it is stored. 403 `infected` and 400 `file_unreadable`
/// leave nothing of it.
pub async fn upload_file(
    store: &(impl Look + Files),
    objects: &impl Objects,
    inspect: &impl Inspect,
    who: Principal,
    rules: FileRules,
    now: Timestamp,
    draft: Draft,
) -> Result<Uploaded> {
    let Draft { stated, bytes, key } = draft;
    let size = bytes.len() as u64;
    check_size(size, "/file")?;
    let kind = stated.agree(inspect.sniff(&bytes))?;
    let print = fingerprint(&stated, kind, size, &digest(&bytes));
    let file = new_file(who.user, &stated, kind, size, key.as_ref(), rules, now, print);
    let Registered { mut file, replayed, rate } = register(store, who, rules, now, file).await?;
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
    Ok(Uploaded { attachment, upload: None, replayed, rate })
}

/// Takes the description of a file and says where its bytes are to be put.
pub async fn announce_file(
    store: &(impl Look + Files),
    objects: &impl Objects,
    who: Principal,
    rules: FileRules,
    now: Timestamp,
    announced: AnnouncedFile,
) -> Result<Uploaded> {
    let AnnouncedFile { stated, size, key } = announced;
    check_size(size, "/size")?;
    let kind = stated.kind()?.ok_or_else(|| ChatError::new(Code::UnsupportedType))?;
    let print = fingerprint(&stated, kind, size, "announced");
    let file = new_file(who.user, &stated, kind, size, key.as_ref(), rules, now, print);
    let Registered { file, replayed, rate } = register(store, who, rules, now, file).await?;
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
    Ok(Uploaded { attachment, upload, replayed, rate })
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
    rules: FileRules,
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
        used: FileUse::None { ends_at: now.plus_ms(rules.unused_ms) },
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

struct Registered {
    file: StoredFile,
    replayed: bool,
    rate: Option<RateTaken>,
}

/// Stores the record under the sender's rate window, or finds the one an earlier request with this
/// key has stored.
async fn register(
    store: &(impl Look + Files),
    who: Principal,
    rules: FileRules,
    now: Timestamp,
    file: StoredFile,
) -> Result<Registered> {
    let mut ask = who.ask();
    ask.rate = Some(RateKey::Upload(who.user));
    ask.files = vec![file.id];
    for _ in 0..ROUNDS_MAX {
        let mut seen = store.look(ask.clone(), now).await?;
        who.check(&seen)?;
        if let Some(there) = seen.files.remove(&file.id) {
            if there.owner != who.user || there.fingerprint != file.fingerprint {
                return Err(ChatError::new(Code::IdempotencyConflict));
            }
            return Ok(Registered { file: there, replayed: true, rate: None });
        }
        let (window, taken) = seen.rate.take(rules.rate, now)?;
        if store.create_file(&file, (&window, rules.rate), now).await? == Commit::Done {
            return Ok(Registered { file, replayed: false, rate: Some(taken) });
        }
    }
    // Only a flood of the user's own concurrent uploads gets here.
    Err(ChatError::rate_limited(rules.rate.max, 200))
}
