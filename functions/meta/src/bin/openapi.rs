//! `GET /openapi.json` — the REST routes as an OpenAPI 3.1 document.
//!
//! Open to everybody. 200 with the document and its `ETag`, 304 while `If-None-Match` holds it.

use domain::Result;
use edge::{About, App, Reply, Request};

async fn openapi(_: &App, request: &Request) -> Result<Reply> {
    meta::serve(meta::OPENAPI, request)
}

fn about() -> About {
    meta::about("/openapi.json", "The REST routes as an OpenAPI 3.1 document.")
}

fn main() -> edge::Exit {
    edge::serve_open(about, openapi)
}
