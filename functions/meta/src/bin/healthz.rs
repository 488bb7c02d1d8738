//! `GET /healthz` — whether the functions run.
//!
//! Open to everybody. 200 with the version; it asks nothing of the table, so that a probe costs nothing.

use domain::Result;
use edge::{About, App, Reply, Request};
use schemars::JsonSchema;
use serde::Serialize;

/// The functions run.
#[derive(Serialize, JsonSchema)]
struct Health {
    /// `ok`
    status: &'static str,
    version: &'static str,
}

async fn healthz(_: &App, _: &Request) -> Result<Reply> {
    Ok(Reply::ok(&Health { status: "ok", version: env!("CARGO_PKG_VERSION") }))
}

fn about() -> About {
    About::rest("GET", "/healthz", "Whether the functions run.").answers::<Health>(200, "they do")
}

fn main() -> edge::Exit {
    edge::serve_open(about, healthz)
}
