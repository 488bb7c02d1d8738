//! Keeping order in a room: bans, silences, and who may act on whom.

use crate::schema::schema_as;
use crate::text::{bounded, one_line};
use crate::{ChatError, Code, FieldError, Membership, Result, Role, RoomId, Timestamp, UserId};

/// Why somebody was banned or silenced: at most 500 characters in one line; empty is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason(String);

impl Reason {
    /// Collapses white space and control characters, then checks the length.
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        bounded(&one_line(text), 0, 500).map(Self)
    }

    /// The text, if there is any.
    pub fn into_text(self) -> Option<String> {
        (!self.0.is_empty()).then_some(self.0)
    }
}

schema_as!(Reason, {"type": "string", "maxLength": 500});

/// Somebody who may not enter a room until the ban is lifted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ban {
    /// The room.
    pub room: RoomId,
    /// Who may not enter.
    pub user: UserId,
    /// Who said so.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: Option<String>,
}

/// Somebody who may read but not write in a room. Kept beside the membership, so that leaving and
/// coming back does not end it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Silence {
    /// The room.
    pub room: RoomId,
    /// Who may not write.
    pub user: UserId,
    /// When it lifts itself; [`Silence::FOR_GOOD`] where nobody has said.
    pub until: Timestamp,
    /// Who said so.
    pub by: UserId,
    /// Why.
    pub reason: Option<String>,
}

impl Silence {
    /// The end of a silence that somebody has to lift: 9999-12-31T23:59:59.999Z.
    pub const FOR_GOOD: Timestamp = Timestamp::from_ms(253_402_300_799_999);
}

impl Membership {
    /// The rank rule: an admin or the owner, and only on somebody of strictly lower rank. Somebody
    /// who is not in the room ranks as a member.
    pub fn may_act_on(&self, target: Option<&Self>) -> Result<()> {
        self.at_least(Role::Admin)?;
        match target {
            Some(target) if target.role >= self.role => Err(ChatError::new(Code::InsufficientRole)),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Room, RoomKind};

    #[test]
    fn ranks_act_downwards_only() {
        let at = Timestamp::from_ms(0);
        let user = UserId::new(at, [1; 10]);
        let room = Room::new(RoomId::new(at, [0; 10]), RoomKind::Public, user, at);
        let place = |role| Membership::new(&room, user, role, at);
        let (owner, admin, member) = (place(Role::Owner), place(Role::Admin), place(Role::Member));
        for (who, target, allowed) in [
            (&owner, Some(&owner), false),
            (&owner, Some(&admin), true),
            (&owner, Some(&member), true),
            (&owner, None, true),
            (&admin, Some(&owner), false),
            (&admin, Some(&admin), false),
            (&admin, Some(&member), true),
            (&admin, None, true),
            (&member, Some(&member), false),
            (&member, None, false),
        ] {
            let (role, on) = (who.role, target.map(|t| t.role));
            assert_eq!(who.may_act_on(target).is_ok(), allowed, "{role:?} on {on:?}");
        }
    }

    #[test]
    fn reasons() {
        assert_eq!(Reason::parse("  a\nb ").unwrap().into_text().as_deref(), Some("a b"));
        assert_eq!(Reason::parse(" ").unwrap().into_text(), None);
        assert!(Reason::parse(&"x".repeat(500)).is_ok());
        assert!(Reason::parse(&"x".repeat(501)).is_err());
        assert_eq!(Silence::FOR_GOOD.to_string(), "9999-12-31T23:59:59.999Z");
    }
}
