//! `GET /users/me/blocks` — whom the caller has blocked, at most 1,000.

use chat::BlockView;
use domain::Result;
use edge::{About, App, Reply, Request};
use schemars::JsonSchema;
use serde::Serialize;

/// Whom the caller has blocked.
#[derive(Serialize, JsonSchema)]
struct BlockList {
    blocks: Vec<BlockView>,
}

async fn list_blocks(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let blocks = chat::list_blocks(&app.table, who, request.now).await?;
    Ok(Reply::ok(&BlockList { blocks }))
}

fn about() -> About {
    About::rest("GET", "/users/me/blocks", "Whom the caller has blocked.")
        .answers::<BlockList>(200, "all of them, at most 1,000")
}

fn main() -> edge::Exit {
    edge::serve_rest(about, list_blocks)
}
