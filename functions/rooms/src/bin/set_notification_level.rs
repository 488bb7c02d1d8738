//! `PUT /rooms/{room_id}/notification-preference` — chooses what one wants to be told about a room.
//!
//! 200 with the level that counts now. `null` goes back to what fits the room: all, or mentions in a
//! public room of more than 50.

use chat::NotificationPreference;
use domain::{Code, FieldError, NotifyLevel, Result, RoomId};
use edge::{About, App, Patch, Reply, Request};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
#[schemars(extend("required" = ["level"]))]
struct Body {
    /// null goes back to what fits the room.
    #[serde(default)]
    #[schemars(with = "Option<NotifyLevel>")]
    level: Patch<String>,
}

async fn set_notification_level(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let room = request.path("room_id")?;
    let body: Body = request.json()?;
    let level = body.level.parse("/level", |text| {
        let expected = "must be all, mentions, muted or null";
        NotifyLevel::parse(&text).ok_or_else(|| FieldError::new("", "invalid", expected))
    })?;
    let level = level.ok_or_else(|| FieldError::new("/level", "required", "is required"))?;
    let (table, fanout) = (&app.table, app.fanout());
    let preference =
        chat::set_notification_level(table, fanout, who, request.now, room, level).await?;
    Ok(Reply::ok(&preference))
}

fn about() -> About {
    About::rest(
        "PUT",
        "/rooms/{room_id}/notification-preference",
        "Chooses what one wants to be told about a room.",
    )
    .path::<RoomId>("room_id")
    .body::<Body>()
    .answers::<NotificationPreference>(200, "the level that counts now")
    .refuses(&[Code::NotAMember])
}

fn main() -> edge::Exit {
    edge::serve_rest(about, set_notification_level)
}
