//! `ping` — answered with `pong`. Keeps the socket from idling out (10 minutes).

use domain::Result;
use edge::{About, AboutFrame, App, Frame, Nothing};

async fn socket_ping(_: &App, _: &Frame) -> Result<Nothing> {
    Ok(Nothing {})
}

fn about() -> AboutFrame {
    About::frame("ping", "Keeps the socket from idling out.").answers::<Nothing>()
}

fn main() -> edge::Exit {
    edge::serve_socket(about, "pong", socket_ping)
}
