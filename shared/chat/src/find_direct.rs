//! Finds somebody by name, and the direct room with them: for protocols whose messages are addressed to
//! people.

use crate::gate::{Principal, no_such};
use crate::ports::{Ask, Look, OpenRoom, Throttle};
use domain::{Bucket, FieldError, Result, RoomId, Timestamp, UserId};

/// Somebody, and where one talks to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DirectWith {
    /// Who has the name.
    pub user: UserId,
    /// The room of the two, if there is one yet.
    pub room: Option<RoomId>,
}

/// Whoever has this (folded) username, other than the caller. A name that nobody has counts as a lookup,
/// so that names cannot be tried out without end.
pub async fn find_direct_room(
    store: &(impl Look + OpenRoom + Throttle),
    who: Principal,
    now: Timestamp,
    folded_username: &str,
) -> Result<DirectWith> {
    let ask = Ask { usernames: vec![folded_username.to_owned()], ..who.ask() };
    let seen = store.look(ask, now).await?;
    who.check(&seen)?;
    let Some(user) = seen.user_ids.get(folded_username).copied() else {
        store.spend(Bucket::Lookup, who.user, now).await?;
        return Err(no_such("user"));
    };
    if user == who.user {
        return Err(FieldError::new("/to", "invalid", "must be somebody else").into());
    }
    Ok(DirectWith { user, room: store.direct_room(who.user, user).await? })
}
