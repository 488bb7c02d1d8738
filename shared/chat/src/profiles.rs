//! Users: shown, found, and changed by themselves.

use crate::avatar;
use crate::blocks::blocked_by;
use crate::event::{Audience, Event, Fanout};
use crate::event_data::{SettingsUpdated, UserUpdated};
use crate::gate::{Principal, no_such};
use crate::ports::{
    Ask, AskCheck, Blocks, ChangeAvatar, ChangeProfile, FindConnections, ListRooms, Look, Publish,
    SearchUsers, Throttle,
};
use crate::presence::Check;
use crate::throttle::look_within;
use crate::view::{OwnUserView, Settings, UserView};
use domain::{
    AvatarUrl, Bucket, DisplayName, Presence, Profile, Result, RoomId, Status, StatusEmoji,
    StatusMessage, Timestamp, UserId,
};
use futures_util::future::{try_join, try_join_all, try_join3};
use std::collections::HashSet;

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
    /// Whether reading is kept from others, and theirs from oneself.
    pub hides_read: Option<Option<bool>>,
    /// Whether it is kept from others when one was last here.
    pub hides_last_seen: Option<Option<bool>>,
}

/// A user as the caller may see them: the profile always, presence if they share a room.
pub async fn get_user(
    store: &(impl Look + FindConnections + ListRooms),
    who: Principal,
    now: Timestamp,
    id: UserId,
) -> Result<UserView> {
    let mut ask = who.ask();
    ask.profiles = vec![id];
    ask.blocks = vec![(id, who.user)];
    let (users, others) = ([id], [id]);
    let (seen, open, near) = try_join3(
        store.look(ask, now),
        store.connections(&users, now),
        acquainted(store, who.user, &others),
    )
    .await?;
    who.check(&seen)?;
    let profile = seen.profiles.get(&id).ok_or_else(|| no_such("user"))?;
    let view = UserView::of(profile, &of(&open, id), now);
    let near = near.contains(&id) && seen.blocks.is_empty();
    Ok(if near { view } else { view.from_afar() })
}

/// Users whose username begins with `q`, then those whose display name contains it.
pub async fn search_users(
    store: &(impl Look + FindConnections + SearchUsers + ListRooms + Throttle),
    who: Principal,
    now: Timestamp,
    q: &str,
    limit: usize,
) -> Result<Vec<UserView>> {
    let folded = q.to_lowercase();
    let (seen, found) = try_join(
        look_within(store, Bucket::Lookup, who.user, who.ask(), now),
        store.search_users(&folded, limit),
    )
    .await?;
    who.check(&seen)?;
    // The index may be a moment behind; somebody who has just left is not found any more.
    let found: Vec<Profile> = found.into_iter().filter(|p| !p.deactivated).collect();
    let ids: Vec<UserId> = found.iter().map(|p| p.id).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let blocks = ids.iter().map(|id| (*id, who.user)).collect();
    let (seen, open, near) = try_join3(
        store.look(Ask { blocks, ..Ask::default() }, now),
        store.connections(&ids, now),
        acquainted(store, who.user, &ids),
    )
    .await?;
    let view = |p: &Profile| {
        let view = UserView::of(p, &of(&open, p.id), now);
        let near = near.contains(&p.id) && !seen.blocks.contains(&(p.id, who.user));
        if near { view } else { view.from_afar() }
    };
    Ok(found.iter().filter(|p| !p.deactivated).map(view).collect())
}

/// Those of `others` who share a room with `user`, and the user: one `Query` for each, side by side.
async fn acquainted(
    store: &impl ListRooms,
    user: UserId,
    others: &[UserId],
) -> Result<HashSet<UserId>> {
    if others == [user] {
        return Ok([user].into());
    }
    let rooms = |id: &UserId| {
        let id = *id;
        async move { Ok((id, store.rooms_of(id).await?)) }
    };
    let (mine, theirs) =
        try_join(store.rooms_of(user), try_join_all(others.iter().map(rooms))).await?;
    let mine: HashSet<RoomId> = mine.into_iter().collect();
    let shared = theirs.into_iter().filter(|(_, rooms)| rooms.iter().any(|r| mine.contains(r)));
    Ok(shared.map(|(id, _)| id).chain([user]).collect())
}

/// Changes the caller's own profile and tells those who share a room with them, but for those they
/// have blocked.
pub async fn update_me(
    store: &(impl Look + FindConnections + ChangeProfile + ChangeAvatar + Blocks),
    fanout: &impl Publish,
    queue: &impl AskCheck,
    who: Principal,
    now: Timestamp,
    patch: ProfilePatch,
) -> Result<OwnUserView> {
    let mut ask = who.ask();
    ask.profiles = vec![who.user];
    let wanted = patch.avatar_url.as_ref().and_then(Option::as_ref);
    ask.files = wanted.and_then(|url| AvatarUrl::file_in(url.as_str())).into_iter().collect();
    let users = [who.user];
    let (mut seen, open, unseen) = try_join3(
        store.look(ask, now),
        store.connections(&users, now),
        blocked_by(store, who.user),
    )
    .await?;
    who.check(&seen)?;
    let was = seen.profiles.remove(&who.user).ok_or_else(|| no_such("user"))?.at(now);
    let mut next = was.clone();
    patch.apply(&mut next);
    let open = of(&open, who.user);
    let (before, view) = (UserView::of(&was, &open, now), UserView::of(&next, &open, now));
    let own = OwnUserView { user: view.clone(), settings: Settings::of(&next) };
    if next == was {
        return Ok(own);
    }
    next.last_seen = now;
    if was.hides_read != next.hides_read {
        // Before the profile: a request that dies in between is repeated with the profile unchanged.
        store.note_hides_read(who.user, next.hides_read).await?;
    }
    avatar::save(store, &seen, &was, &next, now).await?;
    let tell = async |event| {
        let audience = Audience::Acquaintances(who.user);
        fanout.publish(&Fanout { except: unseen.clone(), ..Fanout::new(audience, event) }).await
    };
    let presence = |p: &Profile| {
        (p.status, p.status_message.clone(), p.status_emoji.clone(), p.status_expires_at)
    };
    if presence(&was) != presence(&next) {
        queue.ask_check(Check::now(who.user), 0).await?;
    }
    if before != view {
        tell(Event::of(now, UserUpdated { user: view })).await?;
    }
    if Settings::of(&was) != own.settings {
        let event = Event::of(now, SettingsUpdated { settings: own.settings });
        fanout.publish(&Fanout::new(Audience::Users(vec![who.user]), event)).await?;
    }
    Ok(own)
}

impl ProfilePatch {
    /// Writes what was given over the profile.
    fn apply(self, next: &mut Profile) {
        if let Some(name) = self.display_name {
            next.display_name =
                name.map_or_else(|| next.username.clone(), DisplayName::into_string);
        }
        if let Some(url) = self.avatar_url {
            next.avatar_url = url.map(AvatarUrl::into_string);
        }
        if let Some(status) = self.status {
            next.status = status;
        }
        if let Some(message) = self.status_message {
            next.status_message = message.map(StatusMessage::into_string).filter(|m| !m.is_empty());
        }
        if let Some(emoji) = self.status_emoji {
            next.status_emoji = emoji.map(StatusEmoji::into_string);
        }
        if let Some(end) = self.status_expires_at {
            next.status_expires_at = end;
        }
        // An end of nothing would take away what is set later.
        if next.status_message.is_none() && next.status_emoji.is_none() {
            next.status_expires_at = None;
        }
        if let Some(hides) = self.hides_read {
            next.hides_read = hides.unwrap_or(false);
        }
        if let Some(hides) = self.hides_last_seen {
            next.hides_last_seen = hides.unwrap_or(false);
        }
    }
}

fn of(open: &[(UserId, Presence)], user: UserId) -> Presence {
    open.iter().find(|(id, _)| *id == user).map(|(_, kept)| kept.clone()).unwrap_or_default()
}
