//! `$default` — whatever no route matches.
//!
//! 404 `not_found`, or 405 `method_not_allowed` with `Allow` where the path has other methods. No token is
//! asked for: there is nothing to protect.

use domain::{ChatError, Code, Result};
use edge::{App, Reply, Request};
use fallback::{Unrouted, answer};

async fn unknown_route(_: &App, request: &Request) -> Result<Reply> {
    match answer(request.method(), request.raw_path()) {
        Unrouted::NotFound => Err(ChatError::new(Code::NotFound)),
        Unrouted::MethodNotAllowed(allowed) => {
            let error = ChatError::new(Code::MethodNotAllowed);
            Ok(Reply::problem(&error, request).header("allow", allowed.join(", ")))
        }
    }
}

fn main() -> edge::Exit {
    edge::serve_unknown(unknown_route)
}
