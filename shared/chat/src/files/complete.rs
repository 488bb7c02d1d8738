//! After a signed upload: its sender says so, S3 says so, a scanner says so. Whoever comes first
//! settles the file; the others find it settled.

use super::settle::{conclude, find, settle};
use crate::gate::{Principal, no_such};
use crate::ports::{Drawn, Files, Inspect, Look, Objects, Place, Publish, Verdict};
use crate::view::AttachmentView;
use bytes::Bytes;
use domain::{
    AttachmentId, ChatError, Code, FILE_BYTES_MAX, FileKind, FileStatus, Result, StoredFile,
    Timestamp,
};

/// No more than this is read of an upload: one byte too many is enough to refuse it.
const READ: (u64, u64) = (0, FILE_BYTES_MAX);

/// Checks what was uploaded, and answers with the file; the same again once it is settled.
pub async fn complete_upload(
    store: &(impl Look + Files),
    objects: &impl Objects,
    inspect: &impl Inspect,
    fanout: &impl Publish,
    who: Principal,
    now: Timestamp,
    id: AttachmentId,
) -> Result<AttachmentView> {
    let mut ask = who.ask();
    ask.files = vec![id];
    let mut seen = store.look(ask, now).await?;
    who.check(&seen)?;
    let file = seen.files.remove(&id).filter(|file| file.owner == who.user);
    let mut file = file.ok_or_else(|| no_such("attachment"))?;
    if file.status == FileStatus::Pending {
        file = match objects.get(Place::Quarantine(id), Some(READ)).await? {
            Some(bytes) => match settle(store, objects, inspect, &file, bytes, now).await {
                Ok(settled) => settled,
                // The scanner does not answer: the worker goes on trying.
                Err(error) if error.code == Code::Unavailable => file,
                Err(error) => return Err(error),
            },
            // Nothing there: the worker was faster, or nothing has been uploaded.
            None => find(store, id, now).await?.ok_or_else(|| no_such("attachment"))?,
        };
        if file.status == FileStatus::Pending
            && objects.get(Place::Quarantine(id), Some((0, 0))).await?.is_none()
        {
            let detail = "nothing has been uploaded yet";
            return Err(ChatError::because(Code::AttachmentNotReady, detail));
        }
        if file.status != FileStatus::Pending {
            conclude(objects, fanout, &file, now).await?;
        }
    }
    match &file.finding {
        Some(finding) => Err(finding.refusal()),
        None => Ok(AttachmentView::of_file(&file)),
    }
}

/// Checks what has landed in the quarantine. An error is worth another try.
pub async fn scan_upload(
    store: &(impl Look + Files),
    objects: &impl Objects,
    inspect: &impl Inspect,
    fanout: &impl Publish,
    now: Timestamp,
    id: AttachmentId,
) -> Result<Option<FileStatus>> {
    let Some(file) = find(store, id, now).await? else {
        // Deleted or ended before it came.
        objects.remove(&[Place::Quarantine(id)]).await?;
        return Ok(None);
    };
    let read = objects.get(Place::Quarantine(id), Some(READ)).await?;
    let settled = checked(store, objects, inspect, file, read, now).await?;
    let Some(settled) = settled else { return Ok(None) };
    if settled.status != FileStatus::Pending {
        conclude(objects, fanout, &settled, now).await?;
    }
    Ok(Some(settled.status))
}

/// Goes on from an outside scanner's verdict on exactly the bytes with this ETag: what was put in
/// their place meanwhile gets a verdict of its own.
#[allow(clippy::too_many_arguments, reason = "a worker's world, and the verdict")]
pub async fn scan_result(
    store: &(impl Look + Files),
    objects: &impl Objects,
    inspect: &impl Inspect,
    fanout: &impl Publish,
    now: Timestamp,
    id: AttachmentId,
    etag: &str,
    verdict: Verdict,
) -> Result<Option<FileStatus>> {
    let Some(file) = find(store, id, now).await? else {
        objects.remove(&[Place::Quarantine(id)]).await?;
        return Ok(None);
    };
    let told = Told { inspect, verdict };
    let read = objects.get_version(Place::Quarantine(id), etag).await?;
    let settled = checked(store, objects, &told, file, read, now).await?;
    let Some(settled) = settled else { return Ok(None) };
    if settled.status != FileStatus::Pending {
        conclude(objects, fanout, &settled, now).await?;
    }
    Ok(Some(settled.status))
}

async fn checked(
    store: &(impl Look + Files),
    objects: &impl Objects,
    inspect: &impl Inspect,
    file: StoredFile,
    read: Option<Bytes>,
    now: Timestamp,
) -> Result<Option<StoredFile>> {
    if file.status != FileStatus::Pending {
        return Ok(Some(file));
    }
    match read {
        None => Ok(None),
        Some(bytes) => match settle(store, objects, inspect, &file, bytes, now).await {
            Ok(settled) => Ok(Some(settled)),
            Err(error) if error.code == Code::NotFound => Ok(None),
            Err(error) => Err(error),
        },
    }
}

/// An inspector with the outside scanner's verdict at hand.
struct Told<'a, I> {
    inspect: &'a I,
    verdict: Verdict,
}

impl<I: Inspect> Inspect for Told<'_, I> {
    fn sniff(&self, bytes: &[u8]) -> Option<FileKind> {
        self.inspect.sniff(bytes)
    }

    async fn scan(&self, kind: FileKind, bytes: Bytes) -> Result<Verdict> {
        match self.inspect.scan(kind, bytes).await? {
            Verdict::Bad(finding) => Ok(Verdict::Bad(finding)),
            Verdict::Clean | Verdict::Later => Ok(self.verdict.clone()),
        }
    }

    async fn draw(&self, kind: FileKind, bytes: Bytes) -> Option<Drawn> {
        self.inspect.draw(kind, bytes).await
    }
}
