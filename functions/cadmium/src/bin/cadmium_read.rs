//! `urn:cadmium:chats:private:read` (also `urn:cadmium:chats:read`) — marks a message as read, and all before
//! it.
//!
//! `{messageID}` to the other one of the chat → `{}`. `unknown_message`, `unknown_user`, `invalid_recipient`.

use cadmium::{Frame, Refusal, decode, find, serve_frame};
use edge::App;
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct Payload {
    #[serde(rename = "messageID")]
    message_id: String,
}

#[derive(Serialize)]
struct Done {}

async fn cadmium_read(app: &App, frame: &Frame<'_>) -> Result<Done, Refusal> {
    let who = frame.caller(app).await?;
    let Payload { message_id } = frame.payload()?;
    let with = find(app, frame, who).await?;
    let id = with.room.and_then(|room| decode(room, &message_id));
    let id = id.ok_or_else(Refusal::unknown_message)?;
    chat::read_message(&app.table, app.fanout(), who, frame.call.now, id).await?;
    frame.note_spelling(app, who).await?;
    Ok(Done {})
}

fn main() -> edge::Exit {
    serve_frame(cadmium_read)
}
