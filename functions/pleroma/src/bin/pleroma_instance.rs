//! `GET /api/v1/instance`, also `GET /api/v1/instance/` — what this server is, for older clients.
//!
//! Open to everybody.

use domain::Result;
use edge::{App, Reply, Request};

async fn instance(app: &App, request: &Request) -> Result<Reply> {
    Ok(Reply::ok(&pleroma::instance::first(&pleroma::base(app, request))))
}

fn main() -> edge::Exit {
    pleroma::serve_open(instance)
}
