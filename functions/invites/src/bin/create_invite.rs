//! `POST /rooms/{room_id}/invites` — makes an invitation.
//!
//! 201 with its code; 200 when an earlier request with the same `Idempotency-Key` made it. Admins and
//! the owner only; 400 `direct_room_immutable` for a direct room.

use chat::Draft;
use chat::InviteView;
use domain::{
    ClientKey, Code, FieldError, INVITE_SECONDS_MAX, INVITE_SECONDS_MIN, INVITE_USES_MAX, Result,
    RoomId,
};
use edge::{About, App, Reply, Request};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, Default, JsonSchema)]
struct Body {
    /// Seconds.
    #[schemars(range(min = 60, max = 2_592_000))]
    expires_in: Option<u64>,
    /// null: as many as like.
    #[schemars(range(min = 1, max = 1_000))]
    max_uses: Option<u64>,
}

/// The value, if it is not given or within its bounds.
fn within(
    value: Option<u64>,
    pointer: &'static str,
    (min, max): (u64, u64),
) -> Result<Option<u64>> {
    match value {
        Some(given) if !(min..=max).contains(&given) => {
            let expected = format!("must be {min}-{max}");
            Err(FieldError::new(pointer, "out_of_range", expected).with_max(max).into())
        }
        _ => Ok(value),
    }
}

async fn create_invite(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let room = request.path("room_id")?;
    let body: Body = request.json_or_default()?;
    let draft = Draft {
        expires_in: within(
            body.expires_in,
            "/expires_in",
            (INVITE_SECONDS_MIN, INVITE_SECONDS_MAX),
        )?,
        max_uses: within(body.max_uses, "/max_uses", (1, INVITE_USES_MAX))?,
        key: request.idempotency_key()?,
    };
    let (invite, existed) = chat::create_invite(&app.table, who, request.now, room, draft).await?;
    let reply = if existed { Reply::ok(&invite) } else { Reply::created(&invite) };
    Ok(reply.header("location", invite.url))
}

fn about() -> About {
    About::rest("POST", "/rooms/{room_id}/invites", "Makes an invitation.")
        .path::<RoomId>("room_id")
        .takes_header::<ClientKey>("Idempotency-Key", "the key of this request")
        .body_or_none::<Body>()
        .answers::<InviteView>(201, "made")
        .header("Location", "the path of the invitation")
        .answers::<InviteView>(200, "the one of this key")
        .header("Location", "the path of the invitation")
        .refuses(&[
            Code::NotAMember,
            Code::InsufficientRole,
            Code::DirectRoomImmutable,
            Code::IdempotencyConflict,
        ])
}

fn main() -> edge::Exit {
    edge::serve_rest(about, create_invite)
}
