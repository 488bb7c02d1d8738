//! `ANY /api/{proxy+}`, also `ANY /oauth/{proxy+}` — what this face does not speak.
//!
//! 404 in Pleroma's shape; 204 for a browser's preflight, should one arrive here.

use domain::{ChatError, Code, Result};
use edge::{App, Reply, Request};

async fn unknown_route(_: &App, request: &Request) -> Result<Reply> {
    if request.method() == "OPTIONS" {
        return Ok(Reply::empty(204));
    }
    Err(ChatError::new(Code::NotFound))
}

fn main() -> edge::Exit {
    pleroma::serve_open(unknown_route)
}
