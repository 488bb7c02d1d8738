//! What a send needs to know, what it checks, and the message it makes of it.

use super::NewText;
use crate::gate::Principal;
use crate::ports::{Ask, RateKey, Seen, Taken};
use domain::{
    ATTACHMENTS_MAX, Attached, ChatError, FieldError, Membership, Message, MessageId, Result, Room,
    Timestamp, message_kind, thread_root,
};

/// Everything the decision needs, in one look.
pub(super) fn ask(who: Principal, new: &NewText) -> Ask {
    let mut ask = who.ask_room(new.room);
    ask.profiles = vec![who.user];
    ask.messages = new.reply_to.into_iter().collect();
    ask.rate = Some(RateKey::Send(who.user));
    ask.files = new.attachments.clone();
    ask.sent = new.key.as_ref().map(|key| (who.user, new.room, key.to_string()));
    ask
}

/// A message that may be sent, as far as its sender, its room and what it refers to are concerned.
/// It waits for its number.
pub(super) struct Draft {
    parent_seq: Option<u64>,
    attachments: Vec<Attached>,
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
        let attachments = attachments(seen, member, new)?;
        Ok(Self { parent_seq: parent(seen, new)?, attachments })
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
            kind: message_kind(&self.attachments),
            attachments: self.attachments.clone(),
            ..Message::new(id, who.user, new.body.as_str().to_owned(), now, place.ordinal)
        }
    }
}

/// The files that go with it, each once: clean, unused, the sender's own.
fn attachments(seen: &Seen, sender: &Membership, new: &NewText) -> Result<Vec<Attached>> {
    if new.attachments.len() > ATTACHMENTS_MAX {
        let expected = format!("must be at most {ATTACHMENTS_MAX} files");
        let field = FieldError::new("/attachments", "too_long", expected);
        return Err(field.with_max(ATTACHMENTS_MAX as u64).into());
    }
    let (mut files, mut wrong) = (Vec::new(), Vec::new());
    for (index, id) in new.attachments.iter().enumerate() {
        let file = seen.files.get(id).ok_or(("unknown", "must be a file of your own"));
        let once = || match new.attachments[..index].contains(id) {
            true => Err(("invalid", "must be named once")),
            false => Ok(()),
        };
        match file
            .and_then(|file| file.may_attach(sender.user).and_then(|()| once()).map(|()| file))
        {
            Ok(file) => files.push(file.attached()),
            Err((code, expected)) => {
                wrong.push(FieldError::new(format!("/attachments/{index}"), code, expected));
            }
        }
    }
    if wrong.is_empty() { Ok(files) } else { Err(ChatError::fields(wrong)) }
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
