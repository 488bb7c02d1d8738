//! What a send needs to know, what it checks, and the message it makes of it.

use super::NewText;
use crate::gate::Principal;
use crate::ports::{Ask, RateKey, Seen, Taken};
use domain::{
    ChatError, FieldError, Membership, Message, MessageId, Result, Room, Timestamp, thread_root,
};

/// Everything the decision needs, in one look.
pub(super) fn ask(who: Principal, new: &NewText) -> Ask {
    let mut ask = who.ask_room(new.room);
    ask.profiles = vec![who.user];
    ask.messages = new.reply_to.into_iter().collect();
    ask.rate = Some(RateKey::Send(who.user));
    ask.sent = new.key.as_ref().map(|key| (who.user, new.room, key.to_string()));
    ask
}

/// A message that may be sent, as far as its sender, its room and what it refers to are concerned.
/// It waits for its number.
pub(super) struct Draft {
    parent_seq: Option<u64>,
}

impl Draft {
    /// Checks everything that does not need the text's number.
    pub(super) fn check(
        seen: &Seen,
        room: &Room,
        member: &Membership,
        new: &NewText,
        now: Timestamp,
    ) -> Result<Self> {
        member.may_write(now)?;
        room.may_reach_peer(member.user)?;
        Ok(Self { parent_seq: parent(seen, new)? })
    }

    /// The message under its number.
    pub(super) fn message(
        &self,
        who: Principal,
        new: &NewText,
        now: Timestamp,
        place: Taken,
    ) -> Message {
        let id = MessageId { room: new.room, seq: place.seq };
        Message {
            parent_seq: self.parent_seq,
            reply_to_seq: new.reply_to.map(|id| id.seq),
            client_key: new.key.as_ref().map(ToString::to_string),
            ..Message::new(id, who.user, new.body.as_str().to_owned(), now, place.ordinal)
        }
    }
}

fn parent(seen: &Seen, new: &NewText) -> Result<Option<u64>> {
    let Some(id) = new.reply_to else { return Ok(None) };
    let parent =
        seen.messages.get(&id).ok_or_else(|| bad_parent("must be a message of this room"))?;
    thread_root(parent).map(Some)
}

pub(super) fn bad_parent(expected: &'static str) -> ChatError {
    FieldError::new("/parent_message_id", "invalid", expected).into()
}
