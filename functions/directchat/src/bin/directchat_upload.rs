//! `POST /upload`, also `POST /directchat/{username}/upload` — takes a file from a user of another server, as it
//! is or as the field `file` of a form. It is shown when an event names it.
//!
//! 200 `{"url": "sha256://…"}`, or the bare address for who accepts `text/plain` only. 400, 401, 403, 404, 413,
//! 415 for what no file here may be, 429.

use bytes::Bytes;
use chat::contacts::{greet, take_upload};
use domain::{ChatError, Code, FILE_BYTES_MAX, Face, FieldError, FileName, Result, Stated};
use edge::{App, Reply, Request};
use files::Inspector;
use serde_json::json;

async fn upload(app: &App, request: &Request) -> Result<Reply> {
    let caller = directchat::caller(app, request, None)?;
    let (stated, bytes) = file(request).await?;
    match bytes.len() as u64 {
        0 => return Err(FieldError::new("", "required", "the file is empty").into()),
        1..=FILE_BYTES_MAX => {}
        _ => return Err(ChatError::because(Code::PayloadTooLarge, "a file has at most 10 MiB")),
    }
    let (table, now, objects) = (&app.table, request.now, app.files());
    let contact = greet(table, now, &caller).await?;
    let (inspect, unused_ms) = (Inspector::shared(), app.unused_file_ms());
    let taken =
        take_upload(table, objects, inspect, &contact, unused_ms, now, stated, bytes).await?;
    let url = format!("sha256://{}", taken.digest);
    let accept = request.header("accept").unwrap_or_default().to_ascii_lowercase();
    if accept.contains("text/plain") && !accept.contains("json") {
        return Ok(Reply::bytes(200, "text/plain; charset=utf-8", Bytes::from(url)));
    }
    Ok(Reply::ok(&json!({"url": url})))
}

/// The file, and what it says it is.
async fn file(request: &Request) -> Result<(Stated, Bytes)> {
    if let Some(file) = request.form_file().await? {
        let name = file.filename.as_deref().and_then(FileName::clean);
        return Ok((Stated { name, mime_type: file.content_type }, file.bytes));
    }
    let kind = request.header("content-type").map(str::to_owned);
    // What a client sends that does not say what it is: the content tells.
    let kind = kind.filter(|kind| kind != "application/octet-stream");
    Ok((Stated { name: None, mime_type: kind }, request.bytes()?))
}

fn main() -> edge::Exit {
    edge::serve_face(Face::Directchat, directchat::refuse, upload)
}
