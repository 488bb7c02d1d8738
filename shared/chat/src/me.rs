//! The caller, with what a client's start needs; and who moderates.

use crate::gate::{Principal, no_such};
use crate::ports::{Ask, FindConnections, ListRooms, Look};
use crate::view::{Me, OwnUserView, Settings, UserView};
use domain::{NotifyLevel, Profile, Result, Timestamp};
use futures_util::future::try_join3;

/// The site's moderators, as the operator has named them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moderators(Vec<String>);

impl Moderators {
    /// Reads usernames separated by commas; their case does not matter.
    pub fn parse(text: &str) -> Self {
        let names = text.split(',').map(|name| name.trim().to_ascii_lowercase());
        Self(names.filter(|name| !name.is_empty()).collect())
    }

    /// Whether a user is one of them.
    pub fn has(&self, profile: &Profile) -> bool {
        !profile.deactivated && self.names(&profile.username)
    }

    /// Whether a username is one of theirs. Nobody may register it: a moderator has an account
    /// before the operator names them, so that nobody else can take the name.
    pub fn names(&self, username: &str) -> bool {
        self.0.contains(&username.to_ascii_lowercase())
    }

    /// Their names, folded.
    pub fn folded(&self) -> &[String] {
        &self.0
    }
}

/// The caller.
pub async fn me(
    store: &(impl Look + FindConnections + ListRooms),
    moderators: &Moderators,
    who: Principal,
    now: Timestamp,
) -> Result<Me> {
    let mut ask = who.ask();
    ask.profiles = vec![who.user];
    let users = [who.user];
    let (seen, open, rooms) =
        try_join3(store.look(ask, now), store.connections(&users, now), store.rooms_of(who.user))
            .await?;
    who.check(&seen)?;
    let profile = seen.profiles.get(&who.user).ok_or_else(|| no_such("user"))?;
    let connections = open.into_iter().next().map(|(_, connections)| connections);
    let user = UserView::of(profile, &connections.unwrap_or_default(), now);
    let members = rooms.iter().map(|room| (*room, who.user)).collect();
    let seen_rooms = store.look(Ask { rooms, members, ..Ask::default() }, now).await?;
    let unread = seen_rooms.members.values().filter_map(|member| {
        let room = seen_rooms.rooms.get(&member.room)?;
        (member.notify_level(room) != NotifyLevel::Muted).then(|| member.unread(room))
    });
    Ok(Me {
        own: OwnUserView { user, settings: Settings::of(profile) },
        unread_total: unread.sum(),
        moderator: moderators.has(profile),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::UserId;

    #[test]
    fn moderators_are_named_by_username() {
        let moderators = Moderators::parse(" Ada, bob ,,");
        assert_eq!(moderators.folded(), ["ada", "bob"]);
        let now = Timestamp::from_ms(0);
        let user =
            |name: &str| Profile::new(UserId::new(now, [1; 10]), name.into(), "x".into(), now);
        for (name, is) in [("ada", true), ("ADA", true), ("bob", true), ("bo", false), ("", false)]
        {
            assert_eq!(moderators.has(&user(name)), is, "{name}");
        }
        assert!(!moderators.has(&Profile { deactivated: true, ..user("ada") }));
        assert!(!Moderators::parse("").has(&user("")));
    }
}
