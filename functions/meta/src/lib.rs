//! The two contracts as they are served: generated, checked in, and built into the functions.

use domain::Result;
use edge::{About, Reply, Request};
use serde_json::Value;

/// The REST routes.
pub const OPENAPI: &str = include_str!("../../../docs/openapi.json");
/// The WebSocket.
pub const ASYNCAPI: &str = include_str!("../../../docs/asyncapi.json");

/// A document as an answer that may be kept for five minutes and is then asked for by its tag.
pub fn serve(document: &'static str, request: &Request) -> Result<Reply> {
    let document: Value = serde_json::from_str(document)
        .map_err(|error| domain::ChatError::unavailable(format!("document: {error}")))?;
    let reply = Reply::ok(&document).header("cache-control", "public, max-age=300");
    Ok(reply.with_etag(request))
}

/// The description of a route that serves a document.
pub fn about(path: &'static str, summary: &'static str) -> About {
    About::rest("GET", path, summary)
        .takes_header::<String>("If-None-Match", "an `ETag`: answered with 304 while it holds")
        .answers::<serde_json::Map<String, Value>>(200, "the document")
        .header("ETag", "changes when the document does")
        .answers_empty(304, "it is still what `If-None-Match` says")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documents_are_json() {
        for document in [OPENAPI, ASYNCAPI] {
            assert!(serde_json::from_str::<Value>(document).is_ok());
        }
    }
}
