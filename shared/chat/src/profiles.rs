//! Users: shown, found, and changed by themselves.

use crate::avatar;
use crate::event::{Audience, Event, Fanout};
use crate::event_data::UserUpdated;
use crate::gate::{Principal, no_such};
use crate::ports::{
    AskCheck, ChangeAvatar, ChangeProfile, FindConnections, Look, Publish, SearchUsers,
};
use crate::presence::Check;
use crate::view::UserView;
use domain::{
    AvatarUrl, DisplayName, Presence, Profile, Result, Status, StatusEmoji, StatusMessage,
    Timestamp, UserId,
};

/// What a user changes about themselves. `Some(None)` clears.
#[derive(Clone, Debug, Default)]
pub struct ProfilePatch {
    /// What is shown; cleared, it is the username.
    pub display_name: Option<Option<DisplayName>>,
    /// A picture's address.
    pub avatar_url: Option<Option<AvatarUrl>>,
    /// The status chosen by hand; cleared, it follows the devices again.
    pub status: Option<Option<Status>>,
    /// A line about themselves.
    pub status_message: Option<Option<StatusMessage>>,
    /// The emoji beside it.
    pub status_emoji: Option<Option<StatusEmoji>>,
    /// When message and emoji end.
    pub status_expires_at: Option<Option<Timestamp>>,
}

/// A user as others see them.
pub async fn get_user(
    store: &(impl Look + FindConnections),
    who: Principal,
    now: Timestamp,
    id: UserId,
) -> Result<UserView> {
    let mut ask = who.ask();
    ask.profiles = vec![id];
    let (seen, open) =
        futures_util::future::try_join(store.look(ask, now), store.connections(&[id], now)).await?;
    who.check(&seen)?;
    let profile = seen.profiles.get(&id).ok_or_else(|| no_such("user"))?;
    Ok(UserView::of(profile, &of(&open, id), now))
}

/// Users whose username begins with `q`, then those whose display name contains it.
pub async fn search_users(
    store: &(impl Look + FindConnections + SearchUsers),
    who: Principal,
    now: Timestamp,
    q: &str,
    limit: usize,
) -> Result<Vec<UserView>> {
    let folded = q.to_lowercase();
    let (seen, found) = futures_util::future::try_join(
        store.look(who.ask(), now),
        store.search_users(&folded, limit),
    )
    .await?;
    who.check(&seen)?;
    let ids: Vec<UserId> = found.iter().map(|p| p.id).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let open = store.connections(&ids, now).await?;
    let active = found.iter().filter(|p| !p.deactivated);
    Ok(active.map(|p| UserView::of(p, &of(&open, p.id), now)).collect())
}

/// Changes the caller's own profile and tells those who share a room with them.
pub async fn update_me(
    store: &(impl Look + FindConnections + ChangeProfile + ChangeAvatar),
    fanout: &impl Publish,
    queue: &impl AskCheck,
    who: Principal,
    now: Timestamp,
    patch: ProfilePatch,
) -> Result<UserView> {
    let mut ask = who.ask();
    ask.profiles = vec![who.user];
    let wanted = patch.avatar_url.as_ref().and_then(Option::as_ref);
    ask.files = wanted.and_then(|url| AvatarUrl::file_in(url.as_str())).into_iter().collect();
    let users = [who.user];
    let (mut seen, open) =
        futures_util::future::try_join(store.look(ask, now), store.connections(&users, now))
            .await?;
    who.check(&seen)?;
    let was = seen.profiles.remove(&who.user).ok_or_else(|| no_such("user"))?.at(now);
    let mut next = was.clone();
    if let Some(name) = patch.display_name {
        next.display_name = name.map_or_else(|| was.username.clone(), DisplayName::into_string);
    }
    if let Some(url) = patch.avatar_url {
        next.avatar_url = url.map(AvatarUrl::into_string);
    }
    if let Some(status) = patch.status {
        next.status = status;
    }
    if let Some(message) = patch.status_message {
        next.status_message = message.map(StatusMessage::into_string).filter(|m| !m.is_empty());
    }
    if let Some(emoji) = patch.status_emoji {
        next.status_emoji = emoji.map(StatusEmoji::into_string);
    }
    if let Some(end) = patch.status_expires_at {
        next.status_expires_at = end;
    }
    let view = UserView::of(&next, &of(&open, who.user), now);
    if next == was {
        return Ok(view);
    }
    next.last_seen = now;
    avatar::save(store, &seen, &was, &next, now).await?;
    let tell =
        async |event| fanout.publish(&Fanout::new(Audience::Acquaintances(who.user), event)).await;
    let presence = |p: &Profile| {
        (p.status, p.status_message.clone(), p.status_emoji.clone(), p.status_expires_at)
    };
    if presence(&was) != presence(&next) {
        queue.ask_check(Check::now(who.user), 0).await?;
    }
    tell(Event::of(now, UserUpdated { user: view.clone() })).await?;
    Ok(view)
}

fn of(open: &[(UserId, Presence)], user: UserId) -> Presence {
    open.iter().find(|(id, _)| *id == user).map(|(_, kept)| kept.clone()).unwrap_or_default()
}
