//! `ping` — answered with `pong`. Keeps the socket from idling out (10 minutes).

use domain::Result;
use edge::{App, Frame};
use serde_json::{Value, json};

async fn socket_ping(_: &App, _: &Frame) -> Result<Value> {
    Ok(json!({}))
}

fn main() -> edge::Exit {
    edge::serve_socket("pong", socket_ping)
}
