//! `PATCH /users/me` — changes one's own profile; null clears, what is left out stays.
//!
//! 200 with the user. Anything but the fields below is ignored: nobody makes themselves an admin.

use chat::ProfilePatch;
use chat::view::OwnUserView;
use domain::{
    AvatarUrl, DisplayName, FieldError, Result, Status, StatusEmoji, StatusMessage, Timestamp,
};
use edge::{About, App, Patch, Reply, Request};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Body {
    #[schemars(with = "Patch<DisplayName>")]
    display_name: Patch<String>,
    #[schemars(with = "Patch<AvatarUrl>")]
    avatar_url: Patch<String>,
    #[schemars(with = "Patch<Status>")]
    status: Patch<String>,
    #[schemars(with = "Patch<StatusMessage>")]
    status_message: Patch<String>,
    #[schemars(with = "Patch<StatusEmoji>")]
    status_emoji: Patch<String>,
    #[schemars(with = "Patch<Timestamp>")]
    status_expires_at: Patch<String>,
    settings: SettingsBody,
}

/// What others do not see; null is the usual.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(default)]
struct SettingsBody {
    hides_read: Patch<bool>,
    hides_last_seen: Patch<bool>,
}

fn patch(body: Body, now: Timestamp) -> Result<ProfilePatch> {
    Ok(ProfilePatch {
        display_name: body.display_name.parse("/display_name", |text| DisplayName::parse(&text))?,
        avatar_url: body.avatar_url.parse("/avatar_url", |text| AvatarUrl::parse(&text))?,
        status: body.status.parse("/status", |text| {
            let expected = "must be online, away, busy or offline";
            Status::parse(&text).ok_or_else(|| FieldError::new("", "invalid", expected))
        })?,
        status_message: body
            .status_message
            .parse("/status_message", |t| StatusMessage::parse(&t))?,
        status_emoji: body.status_emoji.parse("/status_emoji", |text| StatusEmoji::parse(&text))?,
        status_expires_at: body.status_expires_at.parse("/status_expires_at", |text| {
            let expected = "must be a time to come, as RFC 3339";
            let end = Timestamp::parse(&text).filter(|end| *end > now);
            end.ok_or_else(|| FieldError::new("", "invalid", expected))
        })?,
        hides_read: body.settings.hides_read.parse("/settings/hides_read", Ok)?,
        hides_last_seen: body.settings.hides_last_seen.parse("/settings/hides_last_seen", Ok)?,
    })
}

async fn update_me(app: &App, request: &Request) -> Result<Reply> {
    let who = request.principal()?;
    let patch = patch(request.json()?, request.now)?;
    let user =
        chat::update_me(&app.table, app.fanout(), app.presence(), who, request.now, patch).await?;
    Ok(Reply::ok(&user))
}

fn about() -> About {
    About::rest(
        "PATCH",
        "/users/me",
        "Changes one's own profile; null clears, what is left out stays.",
    )
    .body::<Body>()
    .answers::<OwnUserView>(200, "the profile as it is now")
}

fn main() -> edge::Exit {
    edge::serve_rest(about, update_me)
}
