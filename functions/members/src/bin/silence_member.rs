//! `PUT /rooms/{room_id}/members/{user_id}/silence` — lets somebody read but not write.
//!
//! 200 with the membership. Without `until` it lasts until somebody lifts it. It survives leaving and
//! coming back. Admins and the owner only, and only somebody of lower rank.

use chat::view::MembershipView;
use domain::{Code, FieldError, Reason, Result, RoomId, Timestamp, UserId};
use edge::{About, App, Reply, Request};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, Default, JsonSchema)]
struct Body {
    /// Until somebody lifts it, where not given.
    #[schemars(with = "Option<Timestamp>")]
    until: Option<String>,
    #[schemars(with = "Option<Reason>")]
    reason: Option<String>,
}

async fn silence_member(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let (room, user) = (request.path("room_id")?, request.path("user_id")?);
    let body: Body = request.json_or_default()?;
    let until = body.until.map(|text| {
        let expected = "must be an RFC 3339 time";
        Timestamp::parse(&text).ok_or_else(|| FieldError::new("/until", "invalid", expected))
    });
    let reason = body.reason.as_deref().map(Reason::parse).transpose();
    let (until, reason) = (until.transpose()?, reason.map_err(|e| e.at("/reason"))?);
    let (table, fanout) = (&app.table, app.fanout());
    let member =
        chat::silence_member(table, fanout, who, request.now, room, user, until, reason).await?;
    Ok(Reply::ok(&member))
}

fn about() -> About {
    About::rest(
        "PUT",
        "/rooms/{room_id}/members/{user_id}/silence",
        "Lets somebody read but not write.",
    )
    .notes("It survives leaving and coming back.")
    .path::<RoomId>("room_id")
    .path::<UserId>("user_id")
    .body_or_none::<Body>()
    .answers::<MembershipView>(200, "the membership")
    .refuses(&[Code::NotAMember, Code::InsufficientRole, Code::DirectRoomImmutable])
}

fn main() -> edge::Exit {
    edge::serve_rest(about, silence_member)
}
