//! Who is notified of what is written: fed by the table's stream, so whatever was committed notifies
//! in the end, also where the function that committed it died right after.
//!
//! A record may come twice, or late. A notification's id follows from the event and the person, so a
//! second time changes nothing; what is decided is decided on how things are now: who has left, has
//! blocked the sender or has read the message meanwhile is not bothered.

use crate::event::Event;
use crate::event_data::{NotificationCreated, NotificationRemoved};
use crate::notifications::{compose, excerpt, unread_notifications};
use crate::ports::{
    Ask, Commit, FindConnections, ListRecipients, Look, Publish, QueuePushes, Range, ReadHistory,
    ReadNotices, Seen, TableChange, WriteNotices,
};
use crate::reach::Ways;
use domain::{
    Change, ChatError, DirectNotice, LogEntry, Message, MessageId, MessageKind, Notification,
    NotificationId, NotificationKind, Result, Room, RoomId, RoomKind, Timestamp, UserId,
};
use futures_util::{StreamExt, TryStreamExt, stream};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Members looked at in one go, where a message names everybody.
const PAGE_MEMBERS: usize = 500;
/// People served side by side.
const IN_FLIGHT_MAX: usize = 16;
/// How often the unread notification of a direct room is looked at again because it has changed.
const ROUNDS_MAX: usize = 8;
/// Messages of a direct room that are counted again when one of them is deleted.
const RECOUNT_MAX: usize = 100;

/// What was written that may notify somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// A message.
    Sent(Box<Message>),
    /// Its text has changed: as it was, as it is.
    Edited(Box<Message>, Box<Message>),
    /// It was deleted: as it was, when and by whom.
    Deleted(Box<Message>),
    /// Somebody was brought into a room.
    Added(Box<LogEntry>),
}

impl Written {
    /// What a change of the table means here: nothing for the system's own lines, for reactions, for
    /// most of what happens.
    pub fn of(change: &TableChange) -> Option<Self> {
        match change {
            TableChange::Message { was, is } => Self::of_message(was.as_deref(), is.as_deref()?),
            TableChange::Logged(entry) => match entry.change {
                Change::UserJoined { user, .. } if user != entry.actor => {
                    Some(Self::Added(entry.clone()))
                }
                _ => None,
            },
            TableChange::RoomDeleted(_) | TableChange::Other => None,
        }
    }

    fn of_message(was: Option<&Message>, is: &Message) -> Option<Self> {
        let boxed = |message: &Message| Box::new(message.clone());
        match was {
            _ if is.kind == MessageKind::System => None,
            None if is.deleted.is_none() => Some(Self::Sent(boxed(is))),
            Some(was) if was.deleted.is_none() && is.deleted.is_some() => {
                Some(Self::Deleted(boxed(was)))
            }
            Some(was) if was.edited_at != is.edited_at && is.deleted.is_none() => {
                Some(Self::Edited(boxed(was), boxed(is)))
            }
            _ => None,
        }
    }
}

/// The id of the notification that tells `user` of what has this place: the same every time.
fn id(user: UserId, at: MessageId, created_at: Timestamp) -> NotificationId {
    let mut hash = Sha256::new();
    hash.update(user.to_string());
    hash.update(at.to_string());
    let hash = hash.finalize();
    let mut random = [0; 10];
    random.copy_from_slice(&hash[..10]);
    NotificationId::new(created_at, random)
}

/// Notifies whoever is to know of what was written.
pub async fn notify(
    store: &(impl Look + ListRecipients + ReadHistory + ReadNotices + WriteNotices + FindConnections),
    ways: Ways<'_, impl Publish, impl QueuePushes>,
    now: Timestamp,
    written: &Written,
) -> Result<()> {
    match written {
        Written::Sent(message) => {
            let event = Told::load(store, message, now).await?;
            let Some(event) = event else { return Ok(()) };
            let first = event.recipients(&message.mentions);
            event.tell(store, ways, &first, now).await?;
            if message.mentions_all {
                event.tell_all(store, ways, &first, now).await?;
            }
            Ok(())
        }
        Written::Edited(was, message) => {
            let event = Told::load(store, message, now).await?;
            let Some(event) = event else { return Ok(()) };
            // Only who is named for the first time.
            let named = |user: &&UserId| !was.mentions.contains(user) && **user != message.sender;
            let newly: Recipients = message
                .mentions
                .iter()
                .filter(named)
                .map(|user| (*user, NotificationKind::Mention))
                .collect();
            event.tell(store, ways, &newly, now).await?;
            if message.mentions_all && !was.mentions_all {
                event.tell_all(store, ways, &newly, now).await?;
            }
            Ok(())
        }
        Written::Deleted(was) => withdraw(store, ways, was, now).await,
        Written::Added(entry) => invite(store, ways, entry, now).await,
    }
}

/// Who is told, and of which kind.
type Recipients = BTreeMap<UserId, NotificationKind>;

/// A message that people are told of, with what it takes to decide whom.
struct Told {
    message: Message,
    room: Room,
    authors: Vec<UserId>,
    seen: Seen,
}

impl Told {
    /// The message as it is now; none if it or its room is gone.
    async fn load(store: &impl Look, message: &Message, now: Timestamp) -> Result<Option<Self>> {
        let room = message.id.room;
        let at = |seq: &u64| MessageId { room, seq: *seq };
        let answered = message.parent_seq.iter().chain(&message.reply_to_seq).map(at);
        let answered: Vec<MessageId> = answered.collect();
        let ask = Ask {
            rooms: vec![room],
            messages: answered.iter().copied().chain([message.id]).collect(),
            profiles: vec![message.sender],
            ..Ask::default()
        };
        let mut seen = store.look(ask, now).await?;
        let current = seen.messages.remove(&message.id).filter(|m| m.deleted.is_none());
        let (Some(message), Some(room)) = (current, seen.rooms.remove(&room)) else {
            return Ok(None);
        };
        let standing = seen.messages.values().filter(|m| m.deleted.is_none());
        let authors = standing.map(|m| m.sender).collect();
        Ok(Some(Self { message, room, authors, seen }))
    }

    /// Those `named`, whoever was answered, and the other in a direct room: each once, of the most
    /// important kind. Never the sender.
    fn recipients(&self, named: &[UserId]) -> Recipients {
        let peer = self.room.peer_of(self.message.sender);
        let peer = peer.map(|user| (user, NotificationKind::DirectMessage));
        let answered = self.authors.iter().map(|user| (*user, NotificationKind::Reply));
        let named = named.iter().map(|user| (*user, NotificationKind::Mention));
        let mut all: Recipients = peer.into_iter().collect();
        all.extend(answered);
        all.extend(named);
        all.remove(&self.message.sender);
        all
    }

    /// Everybody in the room besides those who have been told.
    async fn tell_all(
        &self,
        store: &(impl Look + ListRecipients + ReadNotices + WriteNotices + FindConnections),
        ways: Ways<'_, impl Publish, impl QueuePushes>,
        told: &Recipients,
        now: Timestamp,
    ) -> Result<()> {
        let mut after = None;
        loop {
            let page = store.recipients(self.room.id, PAGE_MEMBERS, after).await?;
            let rest = page.0.into_iter().filter(|user| *user != self.message.sender);
            let rest = rest.filter(|user| told.get(user) != Some(&NotificationKind::Mention));
            let rest = rest.map(|user| (user, NotificationKind::Mention)).collect();
            self.tell(store, ways, &rest, now).await?;
            match page.1 {
                Some(last) => after = Some(last),
                None => return Ok(()),
            }
        }
    }

    /// Notes and tells, to members only, at their level, and not those who have blocked the sender.
    async fn tell(
        &self,
        store: &(impl Look + ReadNotices + WriteNotices + FindConnections),
        ways: Ways<'_, impl Publish, impl QueuePushes>,
        to: &Recipients,
        now: Timestamp,
    ) -> Result<()> {
        if to.is_empty() {
            return Ok(());
        }
        let sender = self.message.sender;
        let ask = Ask {
            members: to.keys().map(|user| (self.room.id, *user)).collect(),
            blocks: to.keys().map(|user| (*user, sender)).collect(),
            ..Ask::default()
        };
        let seen = store.look(ask, now).await?;
        let one = async |user: UserId, kind: NotificationKind| {
            let Some(member) = seen.members.get(&(self.room.id, user)) else { return Ok(None) };
            if seen.blocks.contains(&(user, sender)) {
                return Ok(None);
            }
            let seq = self.message.id.seq;
            if kind == NotificationKind::Mention {
                store.add_mention(self.room.id, user, seq).await?;
            }
            if !kind.wanted(member.notify_level(&self.room)) {
                return Ok(None);
            }
            let notice = self.notice(user, kind, now);
            let (stored, replaced) = if kind == NotificationKind::DirectMessage {
                let stored = store_direct(store, notice, member.read.seq, now).await?;
                let Some(stored) = stored else { return Ok(None) };
                stored
            } else {
                // One that is there already may not have been told of yet.
                store.put_notice(&notice).await?;
                (notice, None)
            };
            Ok::<_, ChatError>(Some((stored, replaced, member.read.seq)))
        };
        let stored: Vec<_> = stream::iter(to.iter().map(|(user, kind)| one(*user, *kind)))
            .buffer_unordered(IN_FLIGHT_MAX)
            .try_filter_map(async |stored| Ok(stored))
            .try_collect()
            .await?;
        self.announce(store, ways, stored, now).await
    }

    fn notice(&self, user: UserId, kind: NotificationKind, now: Timestamp) -> Notification {
        let message = &self.message;
        Notification {
            id: id(user, message.id, message.created_at),
            user,
            kind,
            room: self.room.id,
            seq: message.id.seq,
            actor: message.sender,
            count: 1,
            created_at: message.created_at,
            noted_at: now,
            read: false,
        }
    }

    /// Tells those who have a device open, or one that is told by push.
    async fn announce(
        &self,
        store: &(impl Look + ReadNotices + FindConnections),
        ways: Ways<'_, impl Publish, impl QueuePushes>,
        stored: Vec<(Notification, Option<NotificationId>, u64)>,
        now: Timestamp,
    ) -> Result<()> {
        let users = stored.iter().map(|(notice, ..)| notice.user).collect();
        let reached = ways.reach(store, users, now).await?;
        let content = excerpt(&self.message.body);
        let open = stored.iter().filter(|(notice, .., read)| !notice.is_read(None, *read));
        let pushes: Vec<_> = open.map(|(notice, ..)| (notice.user, notice.id)).collect();
        let here = |user: &UserId| reached.get(user).is_some_and(|reached| reached.here);
        let stored = stored.into_iter().filter(|(notice, ..)| here(&notice.user));
        let one = async |notice: Notification, replaced: Option<NotificationId>, read_seq: u64| {
            let user = notice.user;
            let unread_count = unread_notifications(store, user, now).await?;
            let read = notice.is_read(None, read_seq);
            let notification = compose(&notice, &self.seen.profiles, content.clone(), read);
            if let Some(replaced) = replaced {
                let gone = NotificationRemoved { ids: vec![replaced], unread_count };
                ways.publish(user, Event::of(now, gone)).await?;
            }
            let event = Event::of(now, NotificationCreated { notification, unread_count });
            ways.publish(user, event).await
        };
        stream::iter(stored.map(|(notice, replaced, read)| one(notice, replaced, read)))
            .buffer_unordered(IN_FLIGHT_MAX)
            .try_collect::<()>()
            .await?;
        // Last: what failed above comes again, and a device would ring twice.
        ways.push(&reached, pushes.into_iter()).await
    }
}

/// Stores the notification of a direct message: in the place of the unread one, if there is one, and
/// then it stands for one more. Returns it with the id of the one it replaced; none if a later
/// message has been told of already.
async fn store_direct(
    store: &(impl ReadNotices + WriteNotices),
    notice: Notification,
    read_seq: u64,
    now: Timestamp,
) -> Result<Option<(Notification, Option<NotificationId>)>> {
    let (user, room) = (notice.user, notice.room);
    for _ in 0..ROUNDS_MAX {
        let was = store.direct_notice(user, room, now).await?;
        if let Some(was) = was.filter(|was| was.seq >= notice.seq) {
            let again = was.seq == notice.seq;
            return Ok(again.then_some((Notification { count: was.count, ..notice }, None)));
        }
        let open = match was {
            Some(was) if was.seq > read_seq => {
                let up_to = store.read_up_to(user).await?;
                let stored = store.notice(user, was.id, now).await?;
                stored.filter(|stored| !stored.is_read(up_to, read_seq)).map(|_| was)
            }
            _ => None,
        };
        let first_seq = open.map_or(notice.seq, |was| was.first_seq);
        let count = open.map_or(1, |was| was.count + 1);
        let direct = DirectNotice { id: notice.id, first_seq, seq: notice.seq, count };
        let next = Notification { count, ..notice.clone() };
        let stored =
            store.replace_direct(user, room, open.as_ref(), Some((&direct, &next))).await?;
        if stored == Commit::Done {
            return Ok(Some((next, open.map(|was| was.id))));
        }
    }
    Err(ChatError::unavailable("notify: a direct room's notification changes too often"))
}

/// Takes back what people were told of a message that was deleted.
async fn withdraw(
    store: &(impl Look + ListRecipients + ReadHistory + ReadNotices + WriteNotices + FindConnections),
    ways: Ways<'_, impl Publish, impl QueuePushes>,
    was: &Message,
    now: Timestamp,
) -> Result<()> {
    let room_id = was.id.room;
    let at = |seq: &u64| MessageId { room: room_id, seq: *seq };
    let ask = Ask {
        rooms: vec![room_id],
        messages: was.parent_seq.iter().chain(&was.reply_to_seq).map(at).collect(),
        ..Ask::default()
    };
    let seen = store.look(ask, now).await?;
    let Some(room) = seen.rooms.get(&room_id) else { return Ok(()) };
    let mut users: Vec<UserId> = seen.messages.values().map(|m| m.sender).collect();
    users.extend(&was.mentions);
    if was.mentions_all {
        let mut after = None;
        loop {
            let page = store.recipients(room_id, PAGE_MEMBERS, after).await?;
            users.extend(page.0);
            match page.1 {
                Some(last) => after = Some(last),
                None => break,
            }
        }
    }
    users.sort_unstable();
    users.dedup();
    users.retain(|user| *user != was.sender);
    let one = async |user: UserId| {
        if was.mentions_all || was.mentions.contains(&user) {
            store.drop_mention(room_id, user, was.id.seq).await?;
        }
        let id = id(user, was.id, was.created_at);
        let gone = store.withdraw_notice(user, id).await?;
        Ok::<_, ChatError>(gone.then_some((user, id)))
    };
    let mut gone: Vec<(UserId, NotificationId)> = stream::iter(users.into_iter().map(one))
        .buffer_unordered(IN_FLIGHT_MAX)
        .try_filter_map(async |gone| Ok(gone))
        .try_collect()
        .await?;
    if let Some(peer) = room.peer_of(was.sender).filter(|_| room.kind == RoomKind::Direct) {
        gone.extend(recount(store, ways, room, was, peer, now).await?.map(|id| (peer, id)));
    }
    let users = gone.iter().map(|(user, _)| *user).collect();
    let here = ways.to_sockets().reach(store, users, now).await?;
    for (user, id) in gone.into_iter().filter(|(user, _)| here.contains_key(user)) {
        let unread_count = unread_notifications(store, user, now).await?;
        let event = Event::of(now, NotificationRemoved { ids: vec![id], unread_count });
        ways.publish(user, event).await?;
    }
    Ok(())
}

/// Counts again what the unread notification of a direct room stands for, after one of its messages
/// was deleted. Returns the notification that is gone.
async fn recount(
    store: &(impl Look + ReadHistory + ReadNotices + WriteNotices + FindConnections),
    ways: Ways<'_, impl Publish, impl QueuePushes>,
    room: &Room,
    deleted: &Message,
    peer: UserId,
    now: Timestamp,
) -> Result<Option<NotificationId>> {
    for _ in 0..ROUNDS_MAX {
        let Some(was) = store.direct_notice(peer, room.id, now).await? else { return Ok(None) };
        if !(was.first_seq..=was.seq).contains(&deleted.id.seq) {
            return Ok(None);
        }
        let range = Range {
            after: Some(was.first_seq - 1),
            before: Some(was.seq + 1),
            last_seq: room.last_seq,
            newest_first: true,
            limit: RECOUNT_MAX,
        };
        let left = store.history(room.id, range).await?;
        let mut left = left.into_iter().filter(|m| {
            m.sender == deleted.sender && m.deleted.is_none() && m.kind != MessageKind::System
        });
        let Some(last) = left.next() else {
            let done = store.replace_direct(peer, room.id, Some(&was), None).await?;
            if done == Commit::Done {
                return Ok(Some(was.id));
            }
            continue;
        };
        let count = 1 + left.count() as u64;
        if (last.id.seq, count) == (was.seq, was.count) {
            return Ok(None);
        }
        let stored = store.notice(peer, was.id, now).await?;
        let Some(event) = Told::load(store, &last, now).await? else { continue };
        let next = Notification {
            count,
            read: stored.is_some_and(|stored| stored.read),
            ..event.notice(peer, NotificationKind::DirectMessage, now)
        };
        let direct = DirectNotice { id: next.id, seq: last.id.seq, count, ..was };
        let done = store.replace_direct(peer, room.id, Some(&was), Some((&direct, &next))).await?;
        if done == Commit::Done {
            let place = (room.id, peer);
            let ask = Ask { members: vec![place], ..Ask::default() };
            let read_seq =
                store.look(ask, now).await?.members.get(&place).map_or(0, |m| m.read.seq);
            let replaced = (next.id != was.id).then_some(was.id);
            let stored = vec![(next, replaced, read_seq)];
            // Fewer than before is no news for who is not watching.
            event.announce(store, ways.to_sockets(), stored, now).await?;
            return Ok(None);
        }
    }
    Err(ChatError::unavailable("notify: a direct room's notification changes too often"))
}

/// Tells somebody that they were brought into a room.
async fn invite(
    store: &(impl Look + ReadNotices + WriteNotices + FindConnections),
    ways: Ways<'_, impl Publish, impl QueuePushes>,
    entry: &LogEntry,
    now: Timestamp,
) -> Result<()> {
    let Change::UserJoined { user, .. } = entry.change else { return Ok(()) };
    let place: (RoomId, UserId) = (entry.room, user);
    let ask = Ask {
        rooms: vec![entry.room],
        members: vec![place],
        profiles: vec![entry.actor],
        blocks: vec![(user, entry.actor)],
        ..Ask::default()
    };
    let seen = store.look(ask, now).await?;
    let Some(room) = seen.rooms.get(&entry.room).filter(|_| seen.members.contains_key(&place))
    else {
        return Ok(());
    };
    if !seen.blocks.is_empty() || room.kind == RoomKind::Direct {
        return Ok(());
    }
    let notice = Notification {
        id: id(user, MessageId { room: entry.room, seq: entry.seq }, entry.at),
        user,
        kind: NotificationKind::RoomInvite,
        room: entry.room,
        seq: entry.seq,
        actor: entry.actor,
        count: 1,
        created_at: entry.at,
        noted_at: now,
        read: false,
    };
    store.put_notice(&notice).await?;
    let reached = ways.reach(store, vec![user], now).await?;
    if reached.get(&user).is_some_and(|reached| reached.here) {
        let unread_count = unread_notifications(store, user, now).await?;
        let content = excerpt(room.name.as_deref().unwrap_or_default());
        let notification = compose(&notice, &seen.profiles, content, false);
        let event = Event::of(now, NotificationCreated { notification, unread_count });
        ways.publish(user, event).await?;
    }
    ways.push(&reached, std::iter::once((user, notice.id))).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Role;

    #[test]
    fn what_a_change_means() {
        let at = Timestamp::from_ms(1);
        let room = RoomId::new(at, [1; 10]);
        let (ann, bob) = (UserId::new(at, [2; 10]), UserId::new(at, [3; 10]));
        let sent = Message::new(MessageId { room, seq: 7 }, ann, "hello".into(), at, 1);
        let edited = Message { body: "bye".into(), edited_at: Some(at), ..sent.clone() };
        let gone = edited.tombstone(at, ann, 9);
        let answered = Message { reply_count: 1, ..sent.clone() };
        let line = Message { kind: MessageKind::System, ..sent.clone() };
        let boxed = |message: &Message| Box::new(message.clone());
        let message = |was: Option<&Message>, is: Option<&Message>| {
            let change = TableChange::Message { was: was.map(boxed), is: is.map(boxed) };
            Written::of(&change)
        };
        assert_eq!(message(None, Some(&sent)), Some(Written::Sent(boxed(&sent))));
        let expected = Written::Edited(boxed(&sent), boxed(&edited));
        assert_eq!(message(Some(&sent), Some(&edited)), Some(expected));
        assert_eq!(message(Some(&edited), Some(&gone)), Some(Written::Deleted(boxed(&edited))));
        for (was, is) in [
            (Some(&sent), Some(&answered)),
            (None, Some(&line)),
            (Some(&gone), Some(&gone)),
            (Some(&gone), None),
        ] {
            assert_eq!(message(was, is), None);
        }
        let entry = |user| LogEntry {
            room,
            seq: 8,
            at,
            ordinal: 1,
            actor: ann,
            change: Change::UserJoined { user, role: Role::Member, silenced_until: None },
        };
        let added = Box::new(entry(bob));
        assert_eq!(Written::of(&TableChange::Logged(added.clone())), Some(Written::Added(added)));
        assert_eq!(Written::of(&TableChange::Logged(Box::new(entry(ann)))), None);
    }

    #[test]
    fn one_event_and_person_have_one_id() {
        let at = Timestamp::from_ms(1_790_000_000_000);
        let room = RoomId::new(at, [1; 10]);
        let (ann, bob) = (UserId::new(at, [2; 10]), UserId::new(at, [3; 10]));
        let place = |seq| MessageId { room, seq };
        assert_eq!(id(ann, place(7), at), id(ann, place(7), at));
        assert_ne!(id(ann, place(7), at), id(bob, place(7), at));
        assert_ne!(id(ann, place(7), at), id(ann, place(8), at));
        assert!(id(ann, place(8), at.plus_ms(1)) > id(ann, place(7), at), "in order of time");
    }
}
