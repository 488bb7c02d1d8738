//! `PUT /rooms/{room_id}`, `PATCH /rooms/{room_id}` — changes a room's settings.
//!
//! What is left out stays. 200 with the room; admins and the owner only, `type` (from public to
//! private) by the owner only. With `If-Match` only if the settings are still those of that tag: 412.

use chat::ports::RoomPatch;
use chat::view::RoomView;
use domain::{Code, Description, FieldError, Result, RoomId, RoomKind, RoomName};
use edge::{About, App, Patch, Reply, Request};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
struct Body {
    #[schemars(with = "Option<RoomName>")]
    name: Option<String>,
    #[serde(default)]
    #[schemars(with = "Patch<Description>")]
    description: Patch<String>,
    #[serde(rename = "type")]
    #[schemars(with = "Option<RoomKind>")]
    kind: Option<String>,
}

async fn update_room(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let room = request.path("room_id")?;
    let body: Body = request.json()?;
    let name = body.name.as_deref().map(RoomName::parse).transpose();
    let description = body.description.parse("/description", |text| Description::parse(&text))?;
    let kind = body.kind.map(|kind| {
        let known = RoomKind::parse(&kind).filter(|kind| *kind != RoomKind::Direct);
        known.ok_or_else(|| FieldError::new("/type", "invalid", "must be public or private"))
    });
    let patch = RoomPatch {
        name: name.map_err(|e| e.at("/name"))?.map(RoomName::into_string),
        description: description.map(|d| d.map(Description::into_string).filter(|d| !d.is_empty())),
        kind: kind.transpose()?,
    };
    let only_if = |tag: &str| rooms::may_change(request.header("if-match"), tag);
    let (table, fanout) = (&app.table, app.fanout());
    let room = chat::update_room(table, fanout, who, request.now, room, patch, only_if).await?;
    Ok(Reply::ok(&room).header("etag", rooms::etag(&room)))
}

fn about() -> About {
    About::rest("PUT", "/rooms/{room_id}", "Changes a room's settings.")
        .notes("By an admin or the owner; `type` only from public to private, by the owner.")
        .path::<RoomId>("room_id")
        .takes_header::<String>("If-Match", "the tag of the room whose settings are to be changed")
        .body::<Body>()
        .answers::<RoomView>(200, "the room as it is now")
        .header("ETag", "the tag of the room as it is now")
        .refuses(&[
            Code::NotAMember,
            Code::InsufficientRole,
            Code::DirectRoomImmutable,
            Code::PreconditionFailed,
        ])
}

fn main() -> edge::Exit {
    edge::serve_rest(about, update_room)
}
