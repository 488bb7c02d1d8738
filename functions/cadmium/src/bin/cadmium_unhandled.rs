//! `$default` — a frame that is no JSON object (`parseError`; binary frames too) or names no known type
//! (`unhandled`).

use cadmium::{Frame, Refusal, serve_frame};
use edge::App;

async fn cadmium_unhandled(_: &App, _: &Frame<'_>) -> Result<(), Refusal> {
    Err(Refusal::new("unhandled", "this server knows no such type"))
}

fn main() -> edge::Exit {
    serve_frame(cadmium_unhandled)
}
