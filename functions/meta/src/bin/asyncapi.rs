//! `GET /asyncapi.json` — the WebSocket as an AsyncAPI 3.0 document.
//!
//! Open to everybody. 200 with the document and its `ETag`, 304 while `If-None-Match` holds it.

use domain::Result;
use edge::{About, App, Reply, Request};

async fn asyncapi(_: &App, request: &Request) -> Result<Reply> {
    meta::serve(meta::ASYNCAPI, request)
}

fn about() -> About {
    meta::about("/asyncapi.json", "The WebSocket as an AsyncAPI 3.0 document.")
}

fn main() -> edge::Exit {
    edge::serve_open(about, asyncapi)
}
