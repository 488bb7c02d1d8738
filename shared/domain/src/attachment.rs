//! Files that come with messages.

use crate::{AttachmentId, Timestamp};
use serde::{Deserialize, Serialize};

/// Files one message takes.
pub const ATTACHMENTS_MAX: usize = 10;

/// A file as a message keeps it. It was clean when the message was sent and does not change after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attached {
    /// Its id.
    pub id: AttachmentId,
    /// The name it was uploaded under, without path and control characters.
    pub filename: String,
    /// Bytes as stored.
    pub size: u64,
    /// What the bytes were found to be.
    pub mime_type: String,
    /// When it was uploaded.
    pub created_at: Timestamp,
    /// Pixels, for pictures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Pixels, for pictures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// A blurred preview of some 25 bytes, base64 (thumbhash), for pictures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thumbhash: Option<String>,
    /// Sizes of the thumbnails there are, in pixels: of 96, 360 and 1080.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub thumbnails: Vec<u16>,
}
