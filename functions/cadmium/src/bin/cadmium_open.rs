//! `urn:cadmium:connection:open` — what one server wants first. Answered, and never asked for.

use cadmium::{Frame, Refusal, serve_frame};
use edge::App;
use serde::Serialize;

#[derive(Serialize)]
struct Opened {
    id: String,
}

async fn cadmium_open(_: &App, frame: &Frame<'_>) -> Result<Opened, Refusal> {
    Ok(Opened { id: cadmium::connection_uuid(&frame.call.connection) })
}

fn main() -> edge::Exit {
    serve_frame(cadmium_open)
}
