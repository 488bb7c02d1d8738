//! `POST /rooms/{room_id}/invites` — makes an invitation.
//!
//! 201 with its code; 200 when an earlier request with the same `Idempotency-Key` made it. Admins and
//! the owner only; 400 `direct_room_immutable` for a direct room.

use chat::Draft;
use domain::{FieldError, INVITE_SECONDS_MAX, INVITE_SECONDS_MIN, INVITE_USES_MAX, Result};
use edge::{App, Reply, Request};
use serde::Deserialize;

#[derive(Deserialize, Default)]
struct Body {
    expires_in: Option<u64>,
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

fn main() -> edge::Exit {
    edge::serve_rest(create_invite)
}
