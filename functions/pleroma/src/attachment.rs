//! Attachments: Parlance's files. Clients show them in places that send no token, so their addresses are
//! signed and good for an hour: whoever may read the message is given one.

use chat::ports::{Objects, Place, Served};
use chat::view::AttachmentView;
use domain::{FileKind, FileStatus, Result};
use serde::Serialize;
use serde_json::{Value, json};
use std::time::Duration;

/// How long an address is good for.
const SIGNED_VALID: Duration = Duration::from_secs(60 * 60);
/// Which thumbnail is the preview, in pixels.
const PREVIEW: u16 = 360;

/// A Mastodon media attachment. Without `url` it is still being checked.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[allow(missing_docs, reason = "the fields of docs/pleroma.md")]
pub struct Attachment {
    pub id: String,
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub url: Option<String>,
    pub preview_url: Option<String>,
    pub remote_url: Option<String>,
    pub text_url: Option<String>,
    pub description: Option<String>,
    pub blurhash: Option<String>,
    pub meta: Value,
    pub pleroma: Value,
}

impl Attachment {
    /// The file with addresses that are good for an hour.
    pub async fn of(file: &AttachmentView, files: &impl Objects) -> Result<Self> {
        let kind = FileKind::from_mime(&file.mime_type);
        let mut url = None;
        let mut preview_url = None;
        if let (Some(kind), FileStatus::Clean) = (kind, file.status) {
            let inline = kind.is_picture() && file.width.is_some();
            let shown = edge::disposition(inline, &file.filename);
            let served = Served { content_type: kind.mime(), disposition: shown };
            let whole = files.sign_download(Place::Clean(file.id), &served, SIGNED_VALID).await?;
            let preview = file.thumbnails.iter().copied().filter(|size| *size <= PREVIEW).max();
            preview_url = Some(match preview {
                Some(size) => {
                    let name = format!("{}.webp", file.filename);
                    let disposition = edge::disposition(true, &name);
                    let served = Served { content_type: "image/webp", disposition };
                    files
                        .sign_download(Place::Thumbnail(file.id, size), &served, SIGNED_VALID)
                        .await?
                }
                None => whole.clone(),
            });
            url = Some(whole);
        }
        Ok(Self {
            id: file.id.to_string(),
            kind: kind_of(&file.mime_type),
            url,
            preview_url,
            remote_url: None,
            text_url: None,
            description: None,
            blurhash: None,
            meta: meta(file),
            pleroma: json!({
                "mime_type": file.mime_type,
                "name": file.filename,
                "size": file.size,
                "status": file.status,
            }),
        })
    }
}

fn kind_of(mime: &str) -> &'static str {
    match mime.split('/').next().unwrap_or_default() {
        "image" => "image",
        "audio" => "audio",
        "video" => "video",
        _ => "unknown",
    }
}

fn meta(file: &AttachmentView) -> Value {
    let (Some(width), Some(height)) = (file.width, file.height) else { return json!({}) };
    let aspect = f64::from(width) / f64::from(height.max(1));
    let size = format!("{width}x{height}");
    json!({"original": {"width": width, "height": height, "size": size, "aspect": aspect}})
}
