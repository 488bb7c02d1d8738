//! Checks a file's bytes and writes down what came of it.

use super::places;
use crate::event::{Audience, Event, Fanout};
use crate::event_data::AttachmentUpdated;
use crate::gate::no_such;
use crate::ports::{Ask, Commit, Files, Inspect, Look, Objects, Place, Publish, Verdict};
use crate::view::AttachmentView;
use bytes::Bytes;
use domain::{
    AttachmentId, FileFault, FileStatus, FileUse, Finding, Result, StoredFile, Timestamp,
};
use futures_util::future::try_join_all;
use sha2::{Digest, Sha256};

/// SHA-256 in hex.
pub(crate) fn digest(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

/// The file as it is after these bytes have been checked: clean, refused, or still pending where the
/// scanner will tell later. An error when it could not be checked now.
pub(crate) async fn settle(
    store: &(impl Look + Files),
    objects: &impl Objects,
    inspect: &impl Inspect,
    file: &StoredFile,
    bytes: Bytes,
    now: Timestamp,
) -> Result<StoredFile> {
    let mut next = file.clone();
    next.finding = if bytes.len() as u64 == file.size {
        match inspect.scan(file.kind, bytes.clone()).await? {
            Verdict::Clean => None,
            Verdict::Bad(finding) => Some(finding),
            Verdict::Later => return Ok(next),
        }
    } else {
        Some(Finding::new(FileFault::OtherSize, "the size is not the declared one"))
    };
    if let Some(finding) = &next.finding {
        next.status = finding.status();
    } else {
        let drawn = inspect.draw(file.kind, bytes.clone()).await;
        next.status = FileStatus::Clean;
        next.digest = Some(digest(&bytes));
        let thumbnails = drawn.iter().flat_map(|drawn| &drawn.thumbnails).map(|(size, webp)| {
            let at = Place::Thumbnail(file.id, *size);
            objects.put(at, Bytes::copy_from_slice(webp), "image/webp")
        });
        let thumbnails = try_join_all(thumbnails.collect::<Vec<_>>());
        let whole = objects.put(Place::Clean(file.id), bytes, file.kind.mime());
        futures_util::future::try_join(thumbnails, whole).await?;
        next.picture = drawn.map(|drawn| drawn.picture);
    }
    if store.settle_file(&next, now).await? == Commit::Done {
        return Ok(next);
    }
    // Somebody else has settled it, from the same bytes; or it is gone.
    match find(store, file.id, now).await? {
        Some(there) => Ok(there),
        None => {
            objects.remove(&places(file.id)).await?;
            Err(no_such("attachment"))
        }
    }
}

/// The file, if it stands.
pub(crate) async fn find(
    store: &impl Look,
    id: AttachmentId,
    now: Timestamp,
) -> Result<Option<StoredFile>> {
    let ask = Ask { files: vec![id], ..Ask::default() };
    Ok(store.look(ask, now).await?.files.remove(&id))
}

/// What is left to do once a file is settled, any number of times: its quarantine is emptied and its
/// owner is told.
pub(crate) async fn conclude(
    objects: &impl Objects,
    fanout: &impl Publish,
    file: &StoredFile,
    now: Timestamp,
) -> Result<()> {
    objects.remove(&[Place::Quarantine(file.id)]).await?;
    if !matches!(file.used, FileUse::None { .. }) {
        // It has been sent meanwhile: its owner knows.
        return Ok(());
    }
    let data = AttachmentUpdated { attachment: AttachmentView::of_file(file) };
    let to = Audience::Users(vec![file.owner]);
    fanout.publish(&Fanout::new(to, Event::of(now, data))).await
}
