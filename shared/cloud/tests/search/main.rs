//! What the search index promises, checked through the client that the functions use.
//!
//! By default the index is the embedded engine, in this process. With `OPENSEARCH_ENDPOINT` set, the same
//! suite runs against an OpenSearch that asks for no signatures (`cargo xtask test` starts one).

#![allow(clippy::unwrap_used, reason = "all of this is tests; clippy only knows test functions")]

mod harness;
mod index;
mod pages;
mod relevance;
