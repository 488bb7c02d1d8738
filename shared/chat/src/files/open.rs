//! Who may open a file: before it is used, whoever uploaded it; afterwards the room's members, as long
//! as the message stands; a profile's picture, everybody.

use crate::gate::{Principal, no_such};
use crate::ports::{Ask, Look};
use crate::view::AttachmentView;
use domain::{
    AttachmentId, AvatarUrl, ChatError, Code, FileUse, Result, StoredFile, Timestamp, UserId,
    thumbnail_for,
};

/// A file that may be served, and which bytes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// The file.
    pub file: StoredFile,
    /// Which thumbnail; the original without.
    pub thumbnail: Option<u16>,
}

/// The file, if the caller may read it and it is clean; `size` asks for a thumbnail.
pub async fn open_file(
    store: &impl Look,
    who: Principal,
    now: Timestamp,
    id: AttachmentId,
    size: Option<u16>,
) -> Result<Opened> {
    let file = readable(store, who, now, id).await?;
    file.served()?;
    let thumbnail = match size {
        Some(size) => thumbnail_for(&file, size)?,
        None => None,
    };
    Ok(Opened { file, thumbnail })
}

/// What is known of a file.
pub async fn file_meta(
    store: &impl Look,
    who: Principal,
    now: Timestamp,
    id: AttachmentId,
) -> Result<AttachmentView> {
    readable(store, who, now, id).await.map(|file| AttachmentView::of_file(&file))
}

/// The file that is a user's picture, for anybody; a thumbnail of `size` where there is one.
pub async fn open_avatar(
    store: &impl Look,
    now: Timestamp,
    user: UserId,
    size: u16,
) -> Result<Opened> {
    let none = || no_such("picture");
    let ask = Ask { profiles: vec![user], ..Ask::default() };
    let seen = store.look(ask, now).await?;
    let address = seen.profiles.get(&user).and_then(|profile| profile.avatar_url.as_deref());
    let id = address.and_then(AvatarUrl::file_in).ok_or_else(none)?;
    let mut seen = store.look(Ask { files: vec![id], ..Ask::default() }, now).await?;
    let file = seen.files.remove(&id).filter(|file| file.used == FileUse::Avatar);
    let file = file.filter(|file| file.owner == user).ok_or_else(none)?;
    file.served()?;
    let thumbnail = thumbnail_for(&file, size).unwrap_or_default();
    Ok(Opened { file, thumbnail })
}

async fn readable(
    store: &impl Look,
    who: Principal,
    now: Timestamp,
    id: AttachmentId,
) -> Result<StoredFile> {
    let mut ask = who.ask();
    ask.files = vec![id];
    let mut seen = store.look(ask, now).await?;
    who.check(&seen)?;
    let file = seen.files.remove(&id).ok_or_else(|| no_such("attachment"))?;
    match file.used {
        FileUse::Avatar => Ok(file),
        FileUse::None { .. } if file.owner == who.user => Ok(file),
        FileUse::None { .. } => Err(no_such("attachment")),
        FileUse::Message(message) => {
            let ask = Ask { messages: vec![message], ..who.ask_room(message.room) };
            let seen = store.look(ask, now).await?;
            who.member(&seen, message.room)?;
            match seen.messages.get(&message) {
                Some(message) if message.deleted.is_none() => Ok(file),
                _ => Err(ChatError::new(Code::MessageDeleted)),
            }
        }
    }
}

/// Those of `ids` that the caller may send with a message: clean, unused files of their own.
pub async fn sendable(
    store: &impl Look,
    who: Principal,
    now: Timestamp,
    ids: Vec<AttachmentId>,
) -> Result<Vec<AttachmentId>> {
    if ids.is_empty() {
        return Ok(ids);
    }
    let ask = Ask { files: ids.clone(), ..Ask::default() };
    let seen = store.look(ask, now).await?;
    let mine = |id: &AttachmentId| {
        seen.files.get(id).is_some_and(|file| file.may_attach(who.user).is_ok())
    };
    Ok(ids.into_iter().filter(mine).collect())
}
