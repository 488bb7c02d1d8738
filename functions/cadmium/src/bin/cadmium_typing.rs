//! `urn:cadmium:chats:private:typing` (also `urn:cadmium:chats:typing`) — says that one is writing; to be
//! repeated every second.
//!
//! `{}` to the other one of the chat → `{}`. Where the two have no room yet nobody hears of it. `banned`,
//! `unknown_user`, `invalid_recipient`, `ratelimit_exceed`.

use cadmium::{Frame, Refusal, find, serve_frame};
use edge::App;
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct Payload {}

#[derive(Serialize)]
struct Done {}

async fn cadmium_typing(app: &App, frame: &Frame<'_>) -> Result<Done, Refusal> {
    let who = frame.caller(app).await?;
    let Payload {} = frame.payload()?;
    if let Some(room) = find(app, frame, who).await?.room {
        chat::start_typing(&app.table, app.fanout(), who, frame.call.now, room).await?;
    }
    frame.note_spelling(app, who).await?;
    Ok(Done {})
}

fn main() -> edge::Exit {
    serve_frame(cadmium_typing)
}
