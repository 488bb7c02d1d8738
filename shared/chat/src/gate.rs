//! Who is asking, and whether they may: what every use case checks first.

use crate::ports::{Ask, Seen};
use domain::{ChatError, Code, Membership, Result, Room, RoomId, SessionId, Timestamp, UserId};

/// The caller as their token names them. The session behind it still has to be looked up: it may
/// have ended since the token was issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Principal {
    /// Who.
    pub user: UserId,
    /// In which session.
    pub session: SessionId,
    /// When the token ends.
    pub expires_at: Timestamp,
}

impl Principal {
    /// The start of every use case's first look.
    pub fn ask(&self) -> Ask {
        Ask { session: Some((self.user, self.session)), ..Ask::default() }
    }

    /// The same with a room and the caller's membership in it.
    pub fn ask_room(&self, room: RoomId) -> Ask {
        Ask { rooms: vec![room], members: vec![(room, self.user)], ..self.ask() }
    }

    /// Refused when the session has ended.
    pub fn check(&self, seen: &Seen) -> Result<()> {
        match seen.session {
            Some(_) => Ok(()),
            None => Err(ChatError::new(Code::SessionRevoked)),
        }
    }

    /// The room, if it exists and the session stands.
    pub fn room<'a>(&self, seen: &'a Seen, room: RoomId) -> Result<&'a Room> {
        self.check(seen)?;
        seen.rooms.get(&room).ok_or_else(|| no_such("room"))
    }

    /// The room and the caller's place in it.
    pub fn member<'a>(&self, seen: &'a Seen, room: RoomId) -> Result<(&'a Room, &'a Membership)> {
        let found = self.room(seen, room)?;
        let member = seen.members.get(&(room, self.user));
        Ok((found, member.ok_or_else(|| ChatError::new(Code::NotAMember))?))
    }
}

/// `not_found`, naming the kind of thing.
pub fn no_such(what: &str) -> ChatError {
    ChatError::because(Code::NotFound, format!("there is no such {what}"))
}
