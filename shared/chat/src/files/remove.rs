//! Removes files: an unused one by its owner, those of a message with the message.

use super::{places, served_places, settle};
use crate::gate::{Principal, no_such};
use crate::ports::{Commit, Files, Look, Objects};
use domain::{Attached, AttachmentId, ChatError, Code, FileUse, Result, Timestamp};

/// Removes an unused file of the caller's.
pub async fn delete_file(
    store: &(impl Look + Files),
    objects: &impl Objects,
    who: Principal,
    now: Timestamp,
    id: AttachmentId,
) -> Result<()> {
    let mut ask = who.ask();
    ask.files = vec![id];
    let seen = store.look(ask, now).await?;
    who.check(&seen)?;
    let mine = seen.files.get(&id).filter(|file| file.owner == who.user);
    let file = mine.ok_or_else(|| no_such("attachment"))?;
    if !matches!(file.used, FileUse::None { .. }) {
        return Err(ChatError::new(Code::AttachmentInUse));
    }
    if store.end_file(id, who.user, now).await? == Commit::Stale {
        let used = settle::find(store, id, now).await?.is_some();
        return Err(if used {
            ChatError::new(Code::AttachmentInUse)
        } else {
            no_such("attachment")
        });
    }
    objects.remove(&places(id)).await?;
    store.forget_file(id, now).await
}

/// Removes the files of a message whose deletion has been committed, which ended their records: from
/// then on nobody is served. What fails here is left to the sweep.
pub async fn remove_attached(
    store: &impl Files,
    objects: &impl Objects,
    files: &[Attached],
    now: Timestamp,
) {
    for file in files {
        if objects.remove(&served_places(file.id, &file.thumbnails)).await.is_ok() {
            let _ = store.forget_file(file.id, now).await;
        }
    }
}
