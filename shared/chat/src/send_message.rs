//! Sends a message: four round trips, whichever way it comes in.
//!
//! 1. one `BatchGetItem`: session, room, membership, sender, rate window, idempotency record, parent
//! 2. one `UpdateItem` takes the room's next number and counts the message
//! 3. one `TransactWriteItems` stores message, idempotency record, rate window and the sender's
//!    read mark, on condition that the sender is still a member
//! 4. one `SendMessage` hands the event to fan-out
//!
//! A process that dies after 2 leaves a number void; after 3, the retry with the same key finds the
//! message and publishes it again. Without a key there is nothing to find, so clients always send
//! one.

mod draft;
mod replay;

use crate::compose;
use crate::event::{Audience, Fanout};
use crate::gate::Principal;
use crate::ports::{Commit, CommitMessage, Look, NewMessage, Publish, TakeSeq, Taken};
use crate::view::MessageView;
use domain::{
    AttachmentId, ChatError, ClientKey, Code, MessageBody, MessageId, RateLimit, RateTaken, Result,
    Room, RoomId, Sent, Timestamp,
};
use draft::Draft;

/// What is to be sent.
#[derive(Clone, Debug)]
pub struct NewText {
    /// Where.
    pub room: RoomId,
    /// The text.
    pub body: MessageBody,
    /// What it answers.
    pub reply_to: Option<MessageId>,
    /// Files of the sender's that go with it.
    pub attachments: Vec<AttachmentId>,
    /// The client's key for this send.
    pub key: Option<ClientKey>,
}

/// How it went.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The message as its sender sees it.
    pub message: MessageView,
    /// Whether an earlier request with this key had sent it.
    pub replayed: bool,
    /// What is left of the sender's rate window; a replay takes nothing from it.
    pub rate: Option<RateTaken>,
}

/// How often a send starts over when somebody else's write comes between. Only sends of the same
/// user compete for the same items, and of those one gets through in each round.
const ROUNDS_MAX: usize = 16;

/// Sends `new` as `who`.
pub async fn send_message(
    store: &(impl Look + TakeSeq + CommitMessage),
    fanout: &impl Publish,
    who: Principal,
    limit: RateLimit,
    now: Timestamp,
    new: NewText,
) -> Result<Outcome> {
    if new.reply_to.is_some_and(|id| id.room != new.room) {
        return Err(draft::bad_parent("must be a message of this room"));
    }
    let mut taken = None;
    let sent = attempt(store, fanout, who, limit, now, &new, &mut taken).await;
    let unknown = matches!(&sent, Err(error) if error.code == Code::Unavailable);
    if let Some((room, place)) = taken.filter(|_| !unknown) {
        // Another try of this request, or another device, was faster: the number stays void. Where the
        // answer to the commit was lost, the message may be there and is left to count.
        // If it cannot be noted, one unread message too many is shown until somebody reads on.
        let _ = store.void_message(&room, place.ordinal).await;
    }
    sent
}

/// Sends, and leaves in `taken` a number that was taken and not used.
async fn attempt(
    store: &(impl Look + TakeSeq + CommitMessage),
    fanout: &impl Publish,
    who: Principal,
    limit: RateLimit,
    now: Timestamp,
    new: &NewText,
    taken: &mut Option<(Room, Taken)>,
) -> Result<Outcome> {
    let ask = draft::ask(who, new);
    let fingerprint = replay::fingerprint(new);

    for _ in 0..ROUNDS_MAX {
        let seen = store.look(ask.clone(), now).await?;
        let (room, member) = who.member(&seen, new.room)?;
        if let Some(sent) = &seen.sent {
            let people = seen.profiles.clone();
            return replay::replay(store, fanout, new, sent, &fingerprint, people, now).await;
        }
        let draft = Draft::check(&seen, room, member, new, now)?;
        let (window, rate) = seen.rate.take(limit, now)?;

        let place = match taken {
            Some((_, place)) => *place,
            None => {
                let place = store.take_message_seq(new.room, now).await?;
                taken.insert((room.clone(), place)).1
            }
        };
        let message = draft.message(who, new, now, place);
        let sent = Sent { fingerprint: fingerprint.clone(), seq: place.seq };
        let sent = new.key.as_ref().map(|_| &sent);
        let commit = NewMessage { message: &message, sent, rate: (&window, limit) };
        if store.commit_message(commit).await? == Commit::Stale {
            continue;
        }
        *taken = None;
        let event = compose::message_created(&message, &seen.profiles);
        fanout.publish(&Fanout::new(Audience::Room(new.room), event)).await?;
        let view = MessageView::of(&message, &seen.profiles, Some(who.user));
        return Ok(Outcome { message: view, replayed: false, rate: Some(rate) });
    }
    // Only a flood of the user's own concurrent sends gets here.
    Err(ChatError::rate_limited(limit.max, 200))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::{Ask, Seen};
    use domain::{Membership, Role, RoomKind, Session, SessionId, UserId};
    use std::sync::Mutex;

    /// A room with one member, whose commits end as told.
    struct World {
        who: Principal,
        room: Room,
        commit: Result<Commit>,
        voids: Mutex<Vec<u64>>,
    }

    impl Look for World {
        async fn look(&self, _: Ask, now: Timestamp) -> Result<Seen> {
            let Principal { user, session, expires_at } = self.who;
            let (id, refresh_hash) = (session, String::new());
            let session =
                Session { id, user, created_at: now, expires_at, refresh_hash, previous: None };
            let member = Membership::new(&self.room, user, Role::Member, now);
            Ok(Seen {
                session: Some(session),
                rooms: [(self.room.id, self.room.clone())].into(),
                members: [((self.room.id, user), member)].into(),
                ..Seen::default()
            })
        }
    }

    impl TakeSeq for World {
        async fn take_message_seq(&self, _: RoomId, _: Timestamp) -> Result<Taken> {
            Ok(Taken { seq: 7, ordinal: 5 })
        }

        async fn take_event_seq(&self, _: RoomId, _: Timestamp) -> Result<Taken> {
            Ok(Taken { seq: 7, ordinal: 4 })
        }

        async fn void_message(&self, _: &Room, ordinal: u64) -> Result<()> {
            self.voids.lock().unwrap().push(ordinal);
            Ok(())
        }
    }

    impl CommitMessage for World {
        async fn commit_message(&self, _: NewMessage<'_>) -> Result<Commit> {
            self.commit.clone()
        }
    }

    impl Publish for World {
        async fn publish(&self, _: &Fanout) -> Result<()> {
            Ok(())
        }
    }

    /// The numbers that a send leaves noted as void when its commits end like this.
    fn voids_after(commit: Result<Commit>) -> Vec<u64> {
        let now = Timestamp::from_ms(1_000_000);
        let user = UserId::new(now, [1; 10]);
        let who = Principal { user, session: SessionId::new(now, [1; 10]), expires_at: now };
        let room = Room {
            last_seq: 6,
            message_count: 4,
            last_message_seq: 6,
            ..Room::new(RoomId::new(now, [2; 10]), RoomKind::Public, user, now)
        };
        let world = World { who, room, commit, voids: Mutex::default() };
        let body = MessageBody::parse("hello").unwrap();
        let new = NewText {
            room: world.room.id,
            body,
            reply_to: None,
            attachments: Vec::new(),
            key: None,
        };
        let limit = RateLimit { max: 10, window_ms: 10_000 };
        let send = send_message(&world, &world, who, limit, now, new);
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        // Nothing here ever waits, so one poll is the whole of it.
        assert!(std::pin::pin!(send).as_mut().poll(&mut context).is_ready());
        world.voids.into_inner().unwrap()
    }

    #[test]
    fn only_a_number_that_surely_has_no_message_is_void() {
        assert!(voids_after(Ok(Commit::Done)).is_empty());
        assert_eq!(voids_after(Ok(Commit::Stale)), [5], "never committed");
        let lost = Err(ChatError::unavailable("the answer was lost"));
        assert!(voids_after(lost).is_empty(), "it may have been committed");
    }
}
