//! A profile's picture that is a file: it becomes the profile's own, and everybody may open it.

use crate::ports::{ChangeAvatar, ChangeProfile, Commit, Seen};
use domain::{
    AttachmentId, AvatarUrl, FieldError, FileStatus, FileUse, Profile, Result, Timestamp,
};

fn file_of(profile: &Profile) -> Option<AttachmentId> {
    profile.avatar_url.as_deref().and_then(AvatarUrl::file_in)
}

/// Refused unless the file is a clean picture of the profile's owner that nothing else uses.
fn own_image(seen: &Seen, owner: &Profile, id: AttachmentId) -> Result<()> {
    let fits = seen.files.get(&id).is_some_and(|file| {
        file.owner == owner.id
            && file.status == FileStatus::Clean
            && file.picture.is_some()
            && !matches!(file.used, FileUse::Message(_))
    });
    if fits { Ok(()) } else { Err(not_fit()) }
}

fn not_fit() -> domain::ChatError {
    FieldError::new("/avatar_url", "invalid", "must be a picture of your own that is not in use")
        .into()
}

/// Stores the profile, and with it the change from one picture to another.
pub(crate) async fn save(
    store: &(impl ChangeProfile + ChangeAvatar),
    seen: &Seen,
    was: &Profile,
    next: &Profile,
    now: Timestamp,
) -> Result<()> {
    let (from, to) = (file_of(was), file_of(next));
    if from == to {
        return store.save_profile(next).await;
    }
    if let Some(id) = to {
        own_image(seen, next, id)?;
    }
    match store.save_avatar(next, from, to, now).await? {
        Commit::Done => Ok(()),
        Commit::Stale => Err(not_fit()),
    }
}
