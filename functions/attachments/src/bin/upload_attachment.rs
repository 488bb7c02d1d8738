//! `POST /attachments/upload` — takes a file, or says where to put one.
//!
//! A form (`multipart/form-data`, field `file`) holds the file itself, up to what a function's request
//! can carry (4.5 MB): 201 with the attachment, which has been checked. A JSON description gets 201 with
//! the attachment and `upload`, a signed address that takes exactly the described bytes.

use chat::files::{AnnouncedFile, Draft, UploadTarget, Uploaded};
use chat::view::AttachmentView;
use domain::{ClientKey, Code, FieldError, FileName, Result, Stated};
use edge::{About, App, FormFile, Reply, Request};
use files::Inspector;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A file to come.
#[derive(Deserialize, JsonSchema)]
struct Body {
    filename: String,
    /// Bytes, at most 10 MiB.
    size: u64,
    mime_type: String,
}

/// The file, and where its bytes go if they are still to come.
#[derive(Serialize, JsonSchema)]
struct Answer {
    #[serde(flatten)]
    attachment: AttachmentView,
    #[serde(skip_serializing_if = "Option::is_none")]
    upload: Option<UploadTarget>,
}

async fn upload_attachment(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let key = request.idempotency_key()?;
    let uploaded = match request.form_file().await? {
        Some(file) => {
            let draft = draft(file, key);
            let (store, inspect) = (&app.table, Inspector::shared());
            let unused_ms = app.unused_file_ms();
            let now = request.now;
            chat::files::upload_file(store, app.files(), inspect, who, unused_ms, now, draft)
                .await?
        }
        None => {
            let announced = announced(request.json()?, key)?;
            let (store, unused_ms) = (&app.table, app.unused_file_ms());
            chat::files::announce_file(store, app.files(), who, unused_ms, request.now, announced)
                .await?
        }
    };
    Ok(reply(uploaded))
}

fn draft(file: FormFile, key: Option<ClientKey>) -> Draft {
    let name = file.filename.as_deref().and_then(FileName::clean);
    Draft { stated: Stated { name, mime_type: file.content_type }, bytes: file.bytes, key }
}

fn announced(body: Body, key: Option<ClientKey>) -> Result<AnnouncedFile> {
    let name = FileName::clean(&body.filename)
        .ok_or_else(|| FieldError::new("/filename", "invalid", "must name the file"))?;
    let stated = Stated { name: Some(name), mime_type: Some(body.mime_type) };
    Ok(AnnouncedFile { stated, size: body.size, key })
}

fn reply(uploaded: Uploaded) -> Reply {
    let Uploaded { attachment, upload, replayed } = uploaded;
    let location = attachment.url.clone();
    let answer = Answer { attachment, upload };
    if replayed {
        Reply::ok(&answer).header("idempotent-replay", "true")
    } else {
        Reply::created(&answer).header("location", location)
    }
}

fn about() -> About {
    About::rest("POST", "/attachments/upload", "Uploads a file, or announces one.")
        .notes(
            "A form's field `file` holds the file, up to about 4.5 MB. A description in JSON is answered \
             with `upload`: put the bytes there with exactly these headers, then call `complete`.",
        )
        .takes_header::<ClientKey>("Idempotency-Key", "the key of this request")
        .body::<Body>()
        .body_bytes("multipart/form-data")
        .answers::<Answer>(201, "uploaded, or announced")
        .header("Location", "the path of the attachment")
        .answers::<Answer>(200, "this key has uploaded or announced it before")
        .header("Idempotent-Replay", "`true`")
        .refuses(&[
            Code::NotFound,
            Code::TypeMismatch,
            Code::Infected,
            Code::FileUnreadable,
            Code::IdempotencyConflict,
        ])
}

fn main() -> edge::Exit {
    edge::serve_rest(about, upload_attachment)
}
