//! `POST /api/v1/media`, also `POST /api/v2/media` — takes a file in a form's field `file`.
//!
//! 200 with the attachment, which has been checked; 202 without `url` where the check takes longer. 422 for what
//! does not pass.

use chat::files::Draft;
use domain::{FieldError, FileName, Result, Stated};
use edge::{App, Reply, Request};
use files::Inspector;
use pleroma::attachment::Attachment;
use pleroma::message;

async fn upload_media(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let no_form = || FieldError::new("/file", "required", "is required");
    let file = request.form_file().await?.ok_or_else(no_form)?;
    // One key may stand for a message and for its file.
    let given = request.header("idempotency-key").map(|key| format!("media {key}"));
    let draft = Draft {
        stated: Stated {
            name: file.filename.as_deref().and_then(FileName::clean),
            mime_type: file.content_type,
        },
        bytes: file.bytes,
        key: message::client_key(given.as_deref(), None),
    };
    let (store, objects, inspect) = (&app.table, app.files(), Inspector::shared());
    let (unused_ms, now) = (app.unused_file_ms(), request.now);
    let uploaded =
        chat::files::upload_file(store, objects, inspect, who, unused_ms, now, draft).await?;
    let shown = Attachment::of(&uploaded.attachment, objects).await?;
    Ok(Reply::json(if shown.url.is_some() { 200 } else { 202 }, &shown))
}

fn main() -> edge::Exit {
    pleroma::serve(upload_media)
}
