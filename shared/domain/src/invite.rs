//! Invitations: codes that let people into a room.

use crate::ids::NotAnId;
use crate::schema::schema_as;
use crate::{ChatError, Code, Membership, Result, Role, RoomId, Timestamp, UserId};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::str::FromStr;

/// The letters of a code: digits and letters without those that look like another (0 O, 1 I l).
const ALPHABET: &[u8; 57] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
/// Letters in a code: 57^12 is about 2^70.
const LETTERS: usize = 12;

/// How long an invitation lasts unless said otherwise, in seconds (7 days).
pub const INVITE_SECONDS: u64 = 604_800;
/// The shortest, in seconds.
pub const INVITE_SECONDS_MIN: u64 = 60;
/// The longest, in seconds (30 days).
pub const INVITE_SECONDS_MAX: u64 = 2_592_000;
/// Seats an invitation may have, if they are limited at all.
pub const INVITE_USES_MAX: u64 = 1_000;

/// The secret of an invitation; capitals count.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InviteCode(String);

impl InviteCode {
    /// A code from random bytes, which must come from a generator fit for secrets. Bytes that would
    /// favour some letters are passed over, so it asks for as many as it needs.
    pub fn new(mut random: impl FnMut() -> u8) -> Self {
        let fair = u8::MAX - u8::MAX % ALPHABET.len() as u8;
        let mut code = String::with_capacity(LETTERS);
        while code.len() < LETTERS {
            let byte = random();
            if byte < fair {
                code.push(char::from(ALPHABET[usize::from(byte) % ALPHABET.len()]));
            }
        }
        Self(code)
    }

    /// The code as it is shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for InviteCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for InviteCode {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let fits = text.len() == LETTERS && text.bytes().all(|b| ALPHABET.contains(&b));
        fits.then(|| Self(text.to_owned())).ok_or(NotAnId)
    }
}

impl Serialize for InviteCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for InviteCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|_| de::Error::custom("expected the code of an invitation"))
    }
}

schema_as!(InviteCode, {
    "type": "string",
    "pattern": "^[2-9A-HJ-NP-Za-km-z]{12}$",
    "description": "The code of an invitation; capitals count."
});

/// An invitation as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invite {
    /// Its code.
    pub code: InviteCode,
    /// The room it leads to.
    pub room: RoomId,
    /// Who made it; it dies with their rank.
    pub creator: UserId,
    /// When.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// How many may use it; everybody, if it is not limited.
    pub max_uses: Option<u64>,
    /// How many have. A seat is not given back by leaving.
    pub uses: u64,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

impl Invite {
    /// Whether it lets anybody in at `now`; `creator` is its creator's place in the room, if they
    /// still have one. Revoked, or made by somebody who may no longer invite, it is unknown.
    pub fn check(&self, creator: Option<&Membership>, now: Timestamp) -> Result<()> {
        let stands = self.revoked_at.is_none() && creator.is_some_and(|m| m.role >= Role::Admin);
        if !stands {
            return Err(ChatError::because(Code::NotFound, "there is no such invitation"));
        }
        if self.expires_at <= now {
            return Err(ChatError::new(Code::InviteExpired));
        }
        match self.max_uses {
            Some(max) if self.uses >= max => Err(ChatError::new(Code::InviteExhausted)),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Room, RoomKind};
    use proptest::prelude::*;

    #[test]
    fn what_lets_in() {
        let at = Timestamp::from_ms;
        let (room, creator) = (RoomId::new(at(0), [1; 10]), UserId::new(at(0), [2; 10]));
        let place = |role| {
            let room = Room::new(room, RoomKind::Private, creator, at(0));
            Membership::new(&room, creator, role, at(0))
        };
        let invite = Invite {
            code: InviteCode::new(|| 7),
            room,
            creator,
            created_at: at(0),
            expires_at: at(100),
            max_uses: Some(2),
            uses: 1,
            revoked_at: None,
        };
        let code = |invite: &Invite, creator: Option<Role>, now| {
            invite.check(creator.map(place).as_ref(), at(now)).err().map(|e| e.code)
        };
        let used = Invite { uses: 2, ..invite.clone() };
        let unlimited = Invite { max_uses: None, uses: 9_999, ..invite.clone() };
        let revoked = Invite { revoked_at: Some(at(5)), ..used.clone() };
        for (invite, creator, now, expected) in [
            (&invite, Some(Role::Admin), 99, None),
            (&invite, Some(Role::Owner), 99, None),
            (&invite, Some(Role::Admin), 100, Some(Code::InviteExpired)),
            (&invite, Some(Role::Member), 9, Some(Code::NotFound)),
            (&invite, None, 9, Some(Code::NotFound)),
            (&used, Some(Role::Admin), 9, Some(Code::InviteExhausted)),
            (&unlimited, Some(Role::Admin), 9, None),
            (&revoked, Some(Role::Owner), 200, Some(Code::NotFound)),
        ] {
            assert_eq!(code(invite, creator, now), expected, "{invite:?} {creator:?} {now}");
        }
    }

    proptest! {
        #[test]
        fn codes_read_back(bytes: [u8; 32]) {
            let mut bytes = bytes.into_iter().cycle().chain(0..);
            let mut fallback = 0u8;
            let code = InviteCode::new(|| {
                fallback = fallback.wrapping_add(1);
                bytes.next().unwrap_or(fallback) ^ fallback
            });
            prop_assert_eq!(code.as_str().len(), 12);
            prop_assert_eq!(code.as_str().parse(), Ok(code));
        }

        #[test]
        fn no_text_panics(text in "\\PC*") {
            let _ = text.parse::<InviteCode>();
        }
    }

    #[test]
    fn what_is_no_code() {
        for bad in [
            "",
            "abc",
            "0bcdefghijkm",
            "Obcdefghijkm",
            "lbcdefghijkm",
            "abcdefghijkmn",
            "äbcdefghijk",
        ] {
            assert!(bad.parse::<InviteCode>().is_err(), "{bad}");
        }
    }
}
