//! `GET /sync?since=` — what was missed since a cursor: `resume` for those without a socket.
//!
//! Answers 200. What is not a cursor is a 400. Rooms under `resync` are to be loaded afresh; with `more`, ask
//! again with the new cursor at once.

use chat::sync::Synced;
use domain::Result;
use edge::{About, App, Reply, Request};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
struct Query {
    /// The `cursor` of `GET /bootstrap` or of the last `GET /sync`.
    since: String,
}

async fn sync(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let Query { since } = request.params()?;
    Ok(Reply::ok(&chat::sync::sync(&app.table, who, request.now, &since).await?))
}

fn about() -> About {
    About::rest("GET", "/sync", "What was missed since a cursor.")
        .query::<Query>()
        .answers::<Synced>(200, "what was missed, and from where to go on")
}

fn main() -> edge::Exit {
    edge::serve_rest(about, sync)
}
