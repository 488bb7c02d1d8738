//! `POST /api/v1/apps` — names a client.
//!
//! Open to everybody. 200 with id and secret, which follow from the description: nothing is kept, and nothing
//! is proven with them.

use domain::Result;
use edge::{App, Reply, Request};
use pleroma::oauth::{Words, app_view};
use serde::Deserialize;

/// Characters of a name that are kept.
const NAME_CHARS_MAX: usize = 200;

#[derive(Deserialize)]
struct Body {
    client_name: String,
    redirect_uris: Words,
    #[serde(default)]
    scopes: Words,
    website: Option<String>,
}

async fn create_app(_: &App, request: &Request) -> Result<Reply> {
    let body: Body = request.fields().await?;
    let name = body.client_name.chars().take(NAME_CHARS_MAX).collect();
    Ok(Reply::ok(&app_view(name, body.website, body.redirect_uris, body.scopes)))
}

fn main() -> edge::Exit {
    pleroma::serve_open(create_app)
}
