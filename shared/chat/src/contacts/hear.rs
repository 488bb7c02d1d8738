//! Does what a contact says: each event is one of the chat's own use cases, in the name of the user that
//! stands for them.

use super::greet::Caller;
use super::{hash, ms_until, open, principal};
use crate::gate::{Principal, no_such};
use crate::ports::{
    Ask, AskCheck, Blocks, ChangeAvatar, ChangeMessage, ChangeProfile, Commit, CommitMessage,
    FindConnections, KeepContacts, KeepPeerEvents, ListRooms, Look, OpenRoom, Publish, React,
    ReadLog, Seen, TakeSeq, Throttle, WakeContacts,
};
use crate::presence::Check;
use crate::{NewText, ProfilePatch, add_reaction, edit_message, send_message, update_me};
use domain::{
    AttachmentId, AvatarUrl, Bucket, ChatError, Code, Contact, Emoji, FieldError, MessageBody,
    MessageId, PeerState, RateLimit, Result, Timestamp,
};

/// How long the same event counts as a repetition of itself, in milliseconds, where nothing in it says
/// which one it is.
const REPEAT_MS: i64 = 30_000;
/// The same where its sender has given it a key.
const KEYED_MS: i64 = 24 * 60 * 60 * 1000;
/// How often the contact is read anew when two calls change it at once.
const ROUNDS_MAX: usize = 4;

/// What a message holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeardMessage {
    /// A text.
    Text(MessageBody),
    /// A file that they have uploaded before, by its digest.
    File(String),
}

/// What a contact says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// A message, and what it answers.
    Message(HeardMessage, Option<String>),
    /// Another content for an earlier event.
    Edit(HeardMessage, String),
    /// A reaction to an event.
    React(Emoji, String),
    /// Their name is another one.
    Nick,
    /// How they are.
    State(PeerState),
}

/// An event that has come in.
#[derive(Clone, Debug)]
pub struct Said<'a> {
    /// What they say.
    pub event: Heard,
    /// The event as it was sent, and the key if it had one: what makes two the same.
    pub print: &'a str,
    /// Whether the print was made of a key.
    pub keyed: bool,
}

/// Refused if the owner is gone or does not want to hear of them.
pub(super) fn may_call(seen: &Seen, contact: &Contact) -> Result<()> {
    let owner = contact.key.owner;
    let here = seen.profiles.get(&owner).filter(|profile| !profile.deactivated);
    here.ok_or_else(|| no_such("user"))?;
    if seen.blocks.contains(&(owner, contact.remote)) {
        return Err(ChatError::new(Code::Blocked));
    }
    Ok(())
}

/// Does what was said and returns what we call the event. The second time within a while it is done once.
/// The first message opens the room; whatever is refused leaves nothing behind.
#[allow(clippy::too_many_arguments, reason = "the ports of every event, and who says what")]
pub async fn hear(
    store: &(
         impl Look
         + KeepContacts
         + KeepPeerEvents
         + OpenRoom
         + TakeSeq
         + CommitMessage
         + ChangeMessage
         + React
         + ReadLog
         + ListRooms
         + FindConnections
         + ChangeProfile
         + ChangeAvatar
         + Blocks
         + Throttle
     ),
    fanout: &impl Publish,
    queue: &impl WakeContacts,
    limit: RateLimit,
    now: Timestamp,
    contact: &Contact,
    caller: &Caller,
    said: Said<'_>,
) -> Result<String> {
    let who = principal(contact);
    let owner = contact.key.owner;
    let ask = Ask {
        profiles: vec![owner, who.user],
        blocks: vec![(owner, who.user)],
        ..who.ask_room(contact.room)
    };
    let seen = store.look(ask, now).await?;
    who.check(&seen)?;
    may_call(&seen, contact)?;
    let Said { event, print, keyed } = said;
    // What is refused for what it names is refused before anything is written.
    let target = match &event {
        Heard::Message(_, target) => target.as_ref(),
        Heard::Edit(_, target) | Heard::React(_, target) => Some(target),
        Heard::Nick | Heard::State(_) => None,
    };
    let target = match target {
        Some(target) => find(store, contact, target, now).await?,
        None => None,
    };
    let event = Ready::of(store, contact, event, target, now).await?;
    let key = format!("dc-{:016x}", rand::random::<u64>());
    let window_ms = if keyed { KEYED_MS } else { REPEAT_MS };
    let key = store.hear_once(contact, print, &key, window_ms, now).await?;
    introduce(store, fanout, who, &seen, caller, now).await?;
    let room_opens = !matches!(event, Ready::Nothing | Ready::State(_));
    if room_opens && !seen.rooms.contains_key(&contact.room) {
        open::room(store, fanout, contact, &seen.profiles, now).await?;
    }
    let deed = Deed { store, fanout, who, limit, now, contact, key: &key };
    let state = match &event {
        Ready::State(state) => *state,
        _ => PeerState::Online,
    };
    let id = deed.perform(event).await?;
    note(store, queue, contact, caller, state, now).await?;
    Ok(id)
}

/// An event whose target is known.
enum Ready {
    Message(HeardMessage, Option<AttachmentId>, Option<MessageId>),
    Edit(MessageBody, MessageId),
    React(Emoji, MessageId),
    State(PeerState),
    Nothing,
}

impl Ready {
    async fn of(
        store: &impl KeepPeerEvents,
        contact: &Contact,
        event: Heard,
        target: Option<MessageId>,
        now: Timestamp,
    ) -> Result<Self> {
        Ok(match (event, target) {
            (Heard::Edit(HeardMessage::Text(body), _), Some(target)) => Self::Edit(body, target),
            // An edit is shown for itself where what it would change is not known here, or is no text.
            (Heard::Message(message, _) | Heard::Edit(message, _), target) => {
                let file = file_of(store, contact, &message, now).await?;
                Self::Message(message, file, target)
            }
            (Heard::React(emoji, _), target) => {
                Self::React(emoji, target.ok_or_else(|| no_such("event"))?)
            }
            (Heard::State(state), _) => Self::State(state),
            (Heard::Nick, _) => Self::Nothing,
        })
    }
}

/// The message behind an event id: ours are addresses of messages of the room, with something behind a `~`
/// for what was not a message itself; theirs are looked up. Whoever is being told something in this moment may
/// answer faster than it is written down what they call it: they are asked to try again.
async fn find(
    store: &impl KeepPeerEvents,
    contact: &Contact,
    event: &str,
    now: Timestamp,
) -> Result<Option<MessageId>> {
    let own = event.split_once('~').map_or(event, |(id, _)| id).parse::<MessageId>();
    if let Some(id) = own.ok().filter(|id| id.room == contact.room) {
        return Ok(Some(id));
    }
    let seq = store.message_called(contact, event).await?;
    if seq.is_none() && contact.busy_until > now {
        let why = "you are being told something; try again in a moment";
        return Err(ChatError {
            retry_after_ms: Some(1_000),
            ..ChatError::because(Code::RateLimited, why)
        });
    }
    Ok(seq.map(|seq| MessageId { room: contact.room, seq }))
}

async fn file_of(
    store: &impl KeepPeerEvents,
    contact: &Contact,
    message: &HeardMessage,
    now: Timestamp,
) -> Result<Option<AttachmentId>> {
    let HeardMessage::File(digest) = message else { return Ok(None) };
    let file = store.upload_noted(contact, digest, now).await?;
    let expected = "must be what POST /upload has answered, and not be sent before";
    file.map(Some).ok_or_else(|| FieldError::new("/content/url", "unknown", expected).into())
}

/// Nobody's presence depends on what is done here.
struct NoChecks;

impl AskCheck for NoChecks {
    async fn ask_check(&self, _: Check, _: i64) -> Result<()> {
        Ok(())
    }
}

/// Shows the contact under the name and with the picture that it came with.
async fn introduce(
    store: &(impl Look + FindConnections + ChangeProfile + ChangeAvatar + Blocks + Throttle),
    fanout: &impl Publish,
    who: Principal,
    seen: &Seen,
    caller: &Caller,
    now: Timestamp,
) -> Result<()> {
    let Some(was) = seen.profiles.get(&who.user) else { return Ok(()) };
    let renamed = was.display_name != caller.nickname.as_str();
    let pictured = caller.picture.as_ref().map(AvatarUrl::as_str);
    let pictured = pictured.is_some() && pictured != was.avatar_url.as_deref();
    if !renamed && !pictured {
        return Ok(());
    }
    let patch = ProfilePatch {
        display_name: renamed.then(|| Some(caller.nickname.clone())),
        avatar_url: pictured.then(|| caller.picture.clone()),
        ..ProfilePatch::default()
    };
    store.spend(Bucket::Change, who.user, now).await?;
    update_me(store, fanout, &NoChecks, who, now, patch).await.map(|_| ())
}

/// Writes down what the call says of its maker, and sends what was held for them.
async fn note(
    store: &impl KeepContacts,
    queue: &impl WakeContacts,
    contact: &Contact,
    caller: &Caller,
    state: PeerState,
    now: Timestamp,
) -> Result<()> {
    let mut was = contact.clone();
    for _ in 0..ROUNDS_MAX {
        let next = Contact {
            addresses: caller.method.apply(&was.addresses, caller.reply.clone()),
            channel: caller.channel.clone().unwrap_or_else(|| was.channel.clone()),
            content_as_text: caller.content_as_text.unwrap_or(was.content_as_text),
            state,
            heard_at: Some(now),
            ..was.clone()
        };
        if store.save_heard(&was, &next).await? == Commit::Done {
            let held = was.state == PeerState::Offline || was.hold.failures > 0;
            if state != PeerState::Offline && (held || ms_until(was.hold.until, now) > 0) {
                queue.wake(contact.key, 0).await?;
            }
            return Ok(());
        }
        let Some(again) = store.contact(contact.key).await? else { return Ok(()) };
        was = again;
    }
    Ok(())
}

/// One event being done.
struct Deed<'a, S, F> {
    store: &'a S,
    fanout: &'a F,
    who: Principal,
    limit: RateLimit,
    now: Timestamp,
    contact: &'a Contact,
    key: &'a str,
}

impl<S, F> Deed<'_, S, F>
where
    S: Look + TakeSeq + CommitMessage + ChangeMessage + React + ReadLog + Throttle,
    F: Publish,
{
    async fn perform(&self, event: Ready) -> Result<String> {
        let of = |id: MessageId| format!("{id}~{}", self.key);
        match event {
            Ready::Message(message, file, target) => {
                let id = self.send(message, file, target).await?;
                Ok(id.to_string())
            }
            Ready::Edit(body, target) => {
                let (store, fanout, now) = (self.store, self.fanout, self.now);
                match edit_message(store, fanout, self.who, now, target, body.clone()).await {
                    Ok(_) => Ok(of(target)),
                    // Too late to change it, and too good to lose it.
                    Err(error) if error.code == Code::EditWindowExpired => {
                        let text = HeardMessage::Text(body);
                        let id = self.send(text, None, Some(target)).await?;
                        Ok(id.to_string())
                    }
                    Err(error) => Err(error),
                }
            }
            Ready::React(emoji, target) => {
                let (store, fanout, now) = (self.store, self.fanout, self.now);
                add_reaction(store, fanout, self.who, now, target, emoji).await?;
                Ok(of(target))
            }
            Ready::State(_) | Ready::Nothing => {
                self.store.spend(Bucket::Change, self.who.user, self.now).await?;
                Ok(format!("~{}", self.key))
            }
        }
    }

    /// Sends; what answers something that is gone stands for itself.
    async fn send(
        &self,
        message: HeardMessage,
        file: Option<AttachmentId>,
        reply_to: Option<MessageId>,
    ) -> Result<MessageId> {
        let body = match message {
            HeardMessage::Text(body) => body,
            HeardMessage::File(_) => MessageBody::with_files("", 1)?,
        };
        let new = |reply_to| NewText {
            room: self.contact.room,
            body: body.clone(),
            reply_to,
            attachments: file.into_iter().collect(),
            key: self.key.parse().ok(),
        };
        let (store, fanout, now) = (self.store, self.fanout, self.now);
        let sent = send_message(store, fanout, self.who, self.limit, now, new(reply_to)).await;
        let unanswerable = match &sent {
            Err(error) if error.code == Code::MessageDeleted => true,
            Err(error) => error.fields.iter().any(|f| f.pointer == "/parent_message_id"),
            Ok(_) => false,
        };
        if reply_to.is_some() && unanswerable {
            let sent = send_message(store, fanout, self.who, self.limit, now, new(None)).await?;
            return Ok(sent.message.id);
        }
        Ok(sent?.message.id)
    }
}

/// What makes an event the same as another: everything that it says, and what it was given to be known by.
pub fn print_of(parts: &[&str]) -> String {
    let lengths: String = parts.iter().map(|part| format!("{}:{part}", part.len())).collect();
    hash(&lengths)
}
