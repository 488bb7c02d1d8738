//! `ping` — answered with `pong`. Keeps the socket from idling out (10 minutes), and its user from
//! being shown as gone (5 minutes).

use domain::Result;
use edge::{About, AboutFrame, App, Frame, Nothing};

async fn socket_ping(app: &App, frame: &Frame) -> Result<Nothing> {
    let (checks, times) = (app.presence(), app.presence_times());
    let touched =
        chat::touch(&app.table, checks, times, frame.principal, frame.now, &frame.connection);
    if let Err(error) = touched.await {
        // The socket is alive whether or not that could be noted; the next ping notes it.
        tracing::warn!(detail = %error.detail, "a sign of life was not noted");
    }
    Ok(Nothing {})
}

fn about() -> AboutFrame {
    About::frame("ping", "Keeps the socket from idling out, and its user online.")
        .answers::<Nothing>()
}

fn main() -> edge::Exit {
    edge::serve_socket(about, "pong", socket_ping)
}
