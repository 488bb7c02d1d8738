//! Files: uploaded, checked, sent, opened, removed.
//!
//! Bytes pass three places. What comes by a signed upload lies in the quarantine, where nobody is
//! served from; the very bytes that were checked are then written to the clean place, and the record
//! says so. A file that comes within a request is checked before it is stored at all, unless the
//! scanner does not answer: then it goes to the quarantine too, and the worker tries again.
//!
//! A record is written before any of its bytes, and is found by the sweep once it has ended: so no
//! bytes lie anywhere that nobody knows of.

mod complete;
mod open;
mod remove;
mod settle;
mod sweep;
mod upload;

pub use complete::{complete_upload, scan_result, scan_upload};
pub use open::{Opened, file_meta, open_avatar, open_file, sendable};
pub use remove::{delete_file, remove_attached};
pub use sweep::{Swept, sweep_files};
pub use upload::{AnnouncedFile, Draft, UploadTarget, Uploaded, announce_file, upload_file};

use crate::ports::Place;
use domain::{AttachmentId, FileKind, Picture};

/// Sizes of the thumbnails there can be, in pixels.
pub const THUMBNAILS: [u16; 3] = [96, 360, 1080];

/// Everywhere that bytes of a file can lie.
pub(crate) fn places(id: AttachmentId) -> Vec<Place> {
    let thumbnails = THUMBNAILS.map(|size| Place::Thumbnail(id, size));
    [Place::Quarantine(id), Place::Clean(id)].into_iter().chain(thumbnails).collect()
}

/// Where the bytes of a sent file lie.
pub(crate) fn served_places(id: AttachmentId, thumbnails: &[u16]) -> Vec<Place> {
    let thumbnails = thumbnails.iter().map(|size| Place::Thumbnail(id, *size));
    std::iter::once(Place::Clean(id)).chain(thumbnails).collect()
}

/// What says whether a file may be shown in place: a picture that could be drawn.
pub fn shown_inline(kind: FileKind, picture: Option<&Picture>) -> bool {
    kind.is_picture() && picture.is_some()
}
