//! The direct room behind a frame's `to`.

use crate::frame::Frame;
use crate::refusal::Refusal;
use chat::{DirectWith, Principal};
use domain::{ChatError, Code, RoomId};
use edge::App;

/// Whom the frame is for, and their room with the sender if there is one.
pub async fn find(app: &App, frame: &Frame<'_>, who: Principal) -> Result<DirectWith, Refusal> {
    let name = frame.recipient()?;
    chat::find_direct_room(&app.table, who, frame.call.now, &name).await.map_err(unknown)
}

/// Their room, opened if need be.
pub async fn open(
    app: &App,
    frame: &Frame<'_>,
    who: Principal,
    with: DirectWith,
) -> Result<RoomId, Refusal> {
    let DirectWith { user, room } = with;
    if let Some(room) = room {
        return Ok(room);
    }
    let now = frame.call.now;
    let opened = chat::open_direct_room(&app.table, app.fanout(), who, now, user).await;
    opened.map(|(room, _)| room.id).map_err(unknown)
}

fn unknown(error: ChatError) -> Refusal {
    match error.code {
        Code::NotFound => Refusal::new("unknown_user", "nobody here has that name"),
        Code::ValidationFailed => Refusal::recipient("`to` must be somebody else"),
        _ => error.into(),
    }
}
