//! `GET /api/v2/instance`, also `GET /api/v2/instance/` — what this server is, for newer clients.
//!
//! Open to everybody.

use domain::Result;
use edge::{App, Reply, Request};

async fn instance_v2(app: &App, request: &Request) -> Result<Reply> {
    Ok(Reply::ok(&pleroma::instance::second(&pleroma::base(app, request))))
}

fn main() -> edge::Exit {
    pleroma::serve_open(instance_v2)
}
