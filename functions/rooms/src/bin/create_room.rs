//! `POST /rooms` — opens a room, or finds the direct room with a user.
//!
//! 201 with the room and its `Location`; 200 when an earlier request with the same
//! `Idempotency-Key` opened it, or when the direct room exists.

use chat::NewRoom;
use chat::view::RoomView;
use domain::{ClientKey, Code, Description, FieldError, Result, RoomKind, RoomName, UserId};
use edge::{About, App, Reply, Request};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
struct Body {
    #[serde(rename = "type")]
    #[schemars(with = "RoomKind")]
    kind: String,
    /// Of a public or private room.
    #[schemars(with = "Option<RoomName>")]
    name: Option<String>,
    #[schemars(with = "Option<Description>")]
    description: Option<String>,
    /// The other one of a direct room.
    user_id: Option<UserId>,
}

fn required(pointer: &'static str) -> FieldError {
    FieldError::new(pointer, "required", "is required for this type of room")
}

async fn create_room(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let body: Body = request.json()?;
    let kind = RoomKind::parse(&body.kind);
    let kind = kind
        .ok_or_else(|| FieldError::new("/type", "invalid", "must be public, private or direct"))?;
    let (room, existed) = if kind == RoomKind::Direct {
        let peer = body.user_id.ok_or_else(|| required("/user_id"))?;
        chat::open_direct_room(&app.table, app.fanout(), who, request.now, peer).await?
    } else {
        let name = body.name.ok_or_else(|| required("/name"))?;
        let description = body.description.as_deref().map(Description::parse).transpose();
        let new = NewRoom {
            kind,
            name: RoomName::parse(&name).map_err(|e| e.at("/name"))?,
            description: description.map_err(|e| e.at("/description"))?,
            key: request.idempotency_key()?,
        };
        chat::create_room(&app.table, app.fanout(), who, request.now, new).await?
    };
    let reply = if existed { Reply::ok(&room) } else { Reply::created(&room) };
    Ok(reply.header("location", format!("/rooms/{}", room.id)))
}

fn about() -> About {
    About::rest("POST", "/rooms", "Opens a room, or finds the direct room with a user.")
        .takes_header::<ClientKey>("Idempotency-Key", "the key of this request")
        .body::<Body>()
        .answers::<RoomView>(201, "opened")
        .header("Location", "the path of the room")
        .answers::<RoomView>(200, "it was there: the direct room, or the one of this key")
        .header("Location", "the path of the room")
        .refuses(&[
            Code::NotFound,
            Code::Blocked,
            Code::YouBlockedUser,
            Code::AccountDeactivated,
            Code::NotAMember,
            Code::IdempotencyConflict,
        ])
}

fn main() -> edge::Exit {
    edge::serve_rest(about, create_room)
}
