//! `POST /rooms/{room_id}/typing` — tells the room that the caller writes, or has stopped: the frames
//! `typing_start` and `typing_stop` for those without a socket.
//!
//! Answers 200. A start is told at most once in three seconds and lasts five.

use domain::{Code, Result, RoomId};
use edge::{About, App, Nothing, Reply, Request};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
struct Body {
    typing: bool,
}

async fn set_typing(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let room = request.path("room_id")?;
    let Body { typing } = request.json()?;
    let (table, fanout, now) = (&app.table, app.fanout(), request.now);
    if typing {
        chat::start_typing(table, fanout, who, now, room).await?;
    } else {
        chat::stop_typing(table, fanout, who, now, room).await?;
    }
    Ok(Reply::ok(&Nothing {}))
}

fn about() -> About {
    About::rest("POST", "/rooms/{room_id}/typing", "Tells the room that the caller writes.")
        .notes("Or has stopped. A start is told at most once in three seconds and lasts five.")
        .path::<RoomId>("room_id")
        .body::<Body>()
        .answers::<Nothing>(200, "told, or told moments ago")
        .refuses(&[
            Code::NotAMember,
            Code::Silenced,
            Code::Blocked,
            Code::YouBlockedUser,
            Code::AccountDeactivated,
        ])
}

fn main() -> edge::Exit {
    edge::serve_rest(about, set_typing)
}
