//! `GET /attachments/{attachment_id}` — a file's bytes, or with `?size=` a thumbnail of it.
//!
//! For its uploader while nothing uses it, then for the room's members. 200, or 206 for a range, up to
//! 4 MB; more than a function can answer is a 302 to a signed address that is good for a minute. 304 when
//! `If-None-Match` names it. The bytes under an id never change.

use chat::files::{Opened, shown_inline};
use chat::ports::{Objects, Place, Served};
use domain::{AttachmentId, ChatError, Code, Result};
use edge::{About, App, Part, Reply, Request, disposition, names_etag};
use schemars::JsonSchema;
use serde::Deserialize;
use std::time::Duration;

/// Bytes one answer holds: base64 makes 5.4 MB of it, and a function's answer ends at 6 MB.
const ANSWER_BYTES_MAX: u64 = 4_000_000;
/// How long a signed address is good for.
const SIGNED_VALID: Duration = Duration::from_secs(60);

#[derive(Deserialize, JsonSchema)]
struct Query {
    /// A thumbnail (WebP) instead of the file; the file itself where it is smaller than that.
    size: Option<Size>,
}

#[derive(Clone, Copy, Deserialize, JsonSchema)]
enum Size {
    #[serde(rename = "96")]
    Square,
    #[serde(rename = "360", alias = "thumb")]
    Small,
    #[serde(rename = "1080")]
    Large,
}

impl Size {
    const fn pixels(self) -> u16 {
        match self {
            Self::Square => 96,
            Self::Small => 360,
            Self::Large => 1080,
        }
    }
}

async fn get_attachment(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let id = request.path("attachment_id")?;
    let size = request.params::<Query>()?.size.map(Size::pixels);
    let opened = chat::files::open_file(&app.table, who, request.now, id, size).await?;
    let etag = etag(&opened);
    if request.header("if-none-match").is_some_and(|header| names_etag(header, &etag)) {
        return Ok(safe(Reply::empty(304), &opened, &etag));
    }
    let (range, validator) = (request.header("range"), request.header("if-range"));
    let file = &opened.file;
    let Some(size) = opened.thumbnail else {
        let at = Place::Clean(file.id);
        let part = Part::wanted(range, validator, &etag, file.size);
        let (first, last) = match part {
            Part::Whole => (0, file.size.saturating_sub(1)),
            Part::Range(first, last) => (first, last),
            Part::Unsatisfiable => return Ok(unsatisfiable(request, file.size)),
        };
        if last - first >= ANSWER_BYTES_MAX {
            return redirect(app, &opened, at).await;
        }
        let bytes = app.files().get(at, Some((first, last))).await?.ok_or_else(gone)?;
        let kind = file.kind.mime();
        return Ok(match part {
            Part::Range(..) => {
                let range = format!("bytes {first}-{last}/{}", file.size);
                let reply = Reply::bytes(206, kind, bytes).header("content-range", range);
                safe(reply, &opened, &etag)
            }
            _ => safe(Reply::bytes(200, kind, bytes), &opened, &etag),
        });
    };
    let bytes = app.files().get(Place::Thumbnail(file.id, size), None).await?.ok_or_else(gone)?;
    Ok(safe(Reply::bytes(200, "image/webp", bytes), &opened, &etag))
}

/// Strong: it is made of the bytes.
fn etag(opened: &Opened) -> String {
    let digest = opened.file.digest.as_deref().unwrap_or_default();
    let digest = digest.get(..32).unwrap_or(digest);
    match opened.thumbnail {
        Some(size) => format!("\"{digest}-{size}\""),
        None => format!("\"{digest}\""),
    }
}

fn content_disposition(opened: &Opened) -> String {
    let file = &opened.file;
    let inline = shown_inline(file.kind, file.picture.as_ref());
    match opened.thumbnail {
        Some(_) => disposition(inline, &format!("{}.webp", file.filename)),
        None => disposition(inline, &file.filename),
    }
}

/// Headers under which not even a hostile file does harm: nothing is guessed, nothing runs, no shared
/// cache keeps it, and no other session on this machine gets it from the browser's.
fn safe(reply: Reply, opened: &Opened, etag: &str) -> Reply {
    reply
        .header("content-disposition", content_disposition(opened))
        .header("content-security-policy", "sandbox; default-src 'none'")
        .header("etag", etag)
        .header("accept-ranges", if opened.thumbnail.is_some() { "none" } else { "bytes" })
        .header("cache-control", "private, max-age=31536000, immutable")
        .header("vary", "authorization")
}

async fn redirect(app: &App, opened: &Opened, at: Place) -> Result<Reply> {
    let content_type = opened.file.kind.mime();
    let served = Served { content_type, disposition: content_disposition(opened) };
    let address = app.files().sign_download(at, &served, SIGNED_VALID).await?;
    Ok(Reply::empty(302).header("location", address))
}

fn unsatisfiable(request: &Request, size: u64) -> Reply {
    let error = ChatError::new(Code::RangeNotSatisfiable);
    Reply::problem(&error, request).header("content-range", format!("bytes */{size}"))
}

/// The record stands and the bytes do not: the file is just being removed.
fn gone() -> ChatError {
    ChatError::new(Code::NotFound)
}

fn about() -> About {
    let etag = "strong; the bytes under an id never change";
    About::rest("GET", "/attachments/{attachment_id}", "A file's bytes, or a thumbnail.")
        .path::<AttachmentId>("attachment_id")
        .query::<Query>()
        .takes_header::<String>("Range", "one range of bytes; what is none is passed over")
        .takes_header::<String>("If-Range", "the tag for which the range holds")
        .takes_header::<String>("If-None-Match", "an `ETag`: answered with 304 while it holds")
        .answers_bytes(200, "*/*", "the bytes")
        .header("ETag", etag)
        .header("Content-Disposition", "`inline` for pictures only")
        .answers_bytes(206, "*/*", "the bytes of one range")
        .header("ETag", etag)
        .header("Content-Range", "which bytes these are")
        .answers_empty(302, "more than one answer holds: the address is good for a minute")
        .header("Location", "a signed address")
        .answers_empty(304, "`If-None-Match` names it")
        .header("ETag", etag)
        .refuses(&[
            Code::NotAMember,
            Code::Infected,
            Code::MessageDeleted,
            Code::AttachmentNotReady,
            Code::RangeNotSatisfiable,
        ])
}

fn main() -> edge::Exit {
    edge::serve_rest(about, get_attachment)
}
