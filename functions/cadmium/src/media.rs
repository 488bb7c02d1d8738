//! Files of a message as addresses that any client can fetch: signed ones, good for an hour.

use crate::content::Media;
use crate::events::Attached;
use chat::ports::{Objects, Place, Served};
use domain::{FileKind, Result};
use edge::{App, disposition};
use std::time::Duration;

/// How long an address is good for.
const SIGNED_VALID: Duration = Duration::from_secs(60 * 60);

/// The files, each with a signed address.
pub(crate) async fn signed(app: &App, files: &[Attached]) -> Result<Vec<Media>> {
    let mut all = Vec::with_capacity(files.len());
    for file in files {
        // A message has files of these kinds only.
        let Some(kind) = FileKind::from_mime(&file.mime_type) else { continue };
        let served = Served {
            content_type: kind.mime(),
            disposition: disposition(file.width.is_some(), &file.filename),
        };
        let url = app.files().sign_download(Place::Clean(file.id), &served, SIGNED_VALID).await?;
        all.push(Media { url, mime_type: kind.mime().to_owned() });
    }
    Ok(all)
}
