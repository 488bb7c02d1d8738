//! What the sign-in functions share: the **session** they answer with.

use chat::SignedIn;
use chat::view::UserView;
use domain::{Presence, Result, Timestamp};
use edge::App;
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
pub async fn session(app: &App, signed_in: SignedIn, now: Timestamp) -> Result<SessionBody> {
    let SignedIn { profile, session, refresh_token } = signed_in;
    let expires_at = now.plus_ms(app.token_ms());
    Ok(SessionBody {
        token: app.signer().await?.token(None, session.user, session.id, now, expires_at)?,
        token_type: "Bearer",
        expires_at,
        refresh_token,
        refresh_expires_at: session.expires_at,
        user: UserView::of(&profile, &Presence::default(), now),
    })
}
