//! What the sign-in functions share: the **session** they answer with.

use chat::view::UserView;
use chat::{SignedIn, TOKEN_MS};
use domain::{Presence, Result, Timestamp};
use edge::Signer;
use schemars::JsonSchema;
use serde::Serialize;

/// A session as docs/api.md describes it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Session")]
pub struct SessionBody {
    token: String,
    token_type: &'static str,
    expires_at: Timestamp,
    refresh_token: String,
    refresh_expires_at: Timestamp,
    user: UserView,
}

/// Issues the access token of a session that was opened or renewed.
pub fn session(signer: &Signer, signed_in: SignedIn, now: Timestamp) -> Result<SessionBody> {
    let SignedIn { profile, session, refresh_token } = signed_in;
    let expires_at = now.plus_ms(TOKEN_MS);
    Ok(SessionBody {
        token: signer.token(session.user, session.id, now, expires_at)?,
        token_type: "Bearer",
        expires_at,
        refresh_token,
        refresh_expires_at: session.expires_at,
        user: UserView::of(&profile, &Presence::default(), now),
    })
}
