//! `GET /api/v1/accounts/{account_id}/avatar` — somebody's picture.
//!
//! Open to everybody, as clients show it in places that send no token. 302 to a signed address that is good
//! for an hour.

use chat::files::{Opened, open_avatar};
use chat::ports::{Objects, Place, Served};
use domain::Result;
use edge::{App, Reply, Request};
use std::time::Duration;

/// Which thumbnail, in pixels.
const SIZE: u16 = 360;
/// How long the address is good for, and how long it may be kept, in seconds.
const SIGNED_VALID: Duration = Duration::from_secs(60 * 60);
const KEPT_SECONDS: u32 = 30 * 60;

async fn get_avatar(app: &App, request: &Request) -> Result<Reply> {
    let user = request.path("account_id")?;
    let Opened { file, thumbnail } = open_avatar(&app.table, request.now, user, SIZE).await?;
    let (place, content_type) = match thumbnail {
        Some(size) => (Place::Thumbnail(file.id, size), "image/webp"),
        None => (Place::Clean(file.id), file.kind.mime()),
    };
    let served = Served { content_type, disposition: "inline".to_owned() };
    let address = app.files().sign_download(place, &served, SIGNED_VALID).await?;
    let kept = format!("private, max-age={KEPT_SECONDS}");
    Ok(Reply::empty(302).header("location", address).header("cache-control", kept))
}

fn main() -> edge::Exit {
    pleroma::serve_open(get_avatar)
}
