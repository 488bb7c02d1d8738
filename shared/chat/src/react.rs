//! Adds and removes reactions. Doing either twice is one deed.

use crate::compose;
use crate::gate::{Principal, no_such};
use crate::ports::{Ask, Look, Publish, React, Reacted, ReadLog, Seen, TakeSeq, Taken, Throttle};
use crate::view::{self, CompactUser, MessageView, ReactionView};
use domain::{
    Bucket, Change, ChatError, Code, Emoji, FieldError, LogEntry, Message, MessageId, Result,
    Timestamp, UserId, may_react,
};
use schemars::JsonSchema;
use serde::Serialize;

/// A message's reactions after the deed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct Reactions {
    pub message_id: MessageId,
    pub emoji: String,
    pub count: usize,
    pub reactions: Vec<ReactionView>,
    /// Whether this request added it.
    #[serde(skip)]
    pub fresh: bool,
}

/// Reacts with `emoji`. The second time nothing is written.
pub async fn add_reaction(
    store: &(impl Look + TakeSeq + React + ReadLog + Throttle),
    fanout: &impl Publish,
    who: Principal,
    now: Timestamp,
    id: MessageId,
    emoji: Emoji,
) -> Result<Reactions> {
    let deed = Deed { id, emoji, add: true };
    let (seen, message) = deed.load_within(store, who, now).await?;
    may_react(&message)?;
    seen.members.get(&(id.room, who.user)).map_or(Ok(()), |m| m.may_write(now))?;
    seen.rooms.get(&id.room).map_or(Ok(()), |room| room.may_reach_peer(who.user))?;
    if deed.done_by(&message, who) {
        deed.heal(store, fanout, who, now, &seen, &message).await?;
        return deed.answer(store, who, now, false).await;
    }
    if let Some(message) = deed.perform(store, fanout, who, now, &seen).await? {
        return deed.shown(store, &message, who, now, true).await;
    }
    // Refused: it has been added, deleted or filled up meanwhile.
    let (_, message) = deed.load(store, who, now).await?;
    may_react(&message)?;
    if deed.done_by(&message, who) {
        return deed.answer(store, who, now, false).await;
    }
    Err(ChatError::new(Code::TooManyReactions))
}

/// Takes back one's own reaction.
pub async fn remove_reaction(
    store: &(impl Look + TakeSeq + React + ReadLog + Throttle),
    fanout: &impl Publish,
    who: Principal,
    now: Timestamp,
    id: MessageId,
    emoji: Emoji,
) -> Result<Reactions> {
    let deed = Deed { id, emoji, add: false };
    let (seen, message) = deed.load_within(store, who, now).await?;
    seen.members.get(&(id.room, who.user)).map_or(Ok(()), |m| m.may_write(now))?;
    if !deed.done_by(&message, who) {
        deed.heal(store, fanout, who, now, &seen, &message).await?;
        return Err(ChatError::new(Code::ReactionNotFound));
    }
    if let Some(message) = deed.perform(store, fanout, who, now, &seen).await? {
        return deed.shown(store, &message, who, now, true).await;
    }
    Err(ChatError::new(Code::ReactionNotFound))
}

/// Adding or removing one emoji.
struct Deed {
    id: MessageId,
    emoji: Emoji,
    add: bool,
}

impl Deed {
    /// The first load, counted in the bucket of changes beside it.
    async fn load_within(
        &self,
        store: &(impl Look + Throttle),
        who: Principal,
        now: Timestamp,
    ) -> Result<(Seen, Message)> {
        let spent = store.spend(Bucket::Change, who.user, now);
        Ok(futures_util::future::try_join(self.load(store, who, now), spent).await?.0)
    }

    async fn load(
        &self,
        store: &impl Look,
        who: Principal,
        now: Timestamp,
    ) -> Result<(Seen, Message)> {
        let mut ask = who.ask_room(self.id.room);
        ask.messages = vec![self.id];
        let mut seen = store.look(ask, now).await?;
        who.member(&seen, self.id.room)?;
        let message = seen.messages.remove(&self.id).ok_or_else(|| no_such("message"))?;
        Ok((seen, message))
    }

    /// Whether the caller's reaction is there.
    fn done_by(&self, message: &Message, who: Principal) -> bool {
        let same = |r: &&domain::Reaction| r.emoji == self.emoji.as_str();
        message.reactions.iter().find(same).is_some_and(|r| r.users.contains(&who.user))
    }

    fn change(&self) -> Change {
        let (message_seq, emoji) = (self.id.seq, self.emoji.to_string());
        if self.add {
            Change::ReactionAdded { message_seq, emoji }
        } else {
            Change::ReactionRemoved { message_seq, emoji }
        }
    }

    /// Takes a number, commits, publishes; the message as it is then. `None` if the store refused.
    async fn perform(
        &self,
        store: &(impl Look + TakeSeq + React),
        fanout: &impl Publish,
        who: Principal,
        now: Timestamp,
        seen: &Seen,
    ) -> Result<Option<Message>> {
        let Taken { seq, ordinal } = store.take_event_seq(self.id.room, now).await?;
        let change = self.change();
        let entry = LogEntry { room: self.id.room, seq, at: now, ordinal, actor: who.user, change };
        let emoji = self.emoji.as_str();
        let done = if self.add {
            store.commit_reaction(self.id, emoji, &entry).await?
        } else {
            store.commit_unreaction(self.id, emoji, &entry).await?
        };
        if done == Reacted::Refused {
            return Ok(None);
        }
        // Read again: of several at once, the last to be told then has counted all of them.
        let ask = Ask { messages: vec![self.id], ..Ask::default() };
        let after = store.look(ask, now).await?.messages.remove(&self.id);
        let after = after.ok_or_else(|| no_such("message"))?;
        let room = who.room(seen, self.id.room)?;
        compose::announce(fanout, &entry, room, Some(&after), &seen.profiles).await?;
        Ok(Some(after))
    }

    /// Publishes the first try's event again, if that was moments ago.
    async fn heal(
        &self,
        store: &impl ReadLog,
        fanout: &impl Publish,
        who: Principal,
        now: Timestamp,
        seen: &Seen,
        message: &Message,
    ) -> Result<()> {
        let room = who.room(seen, self.id.room)?;
        let change = self.change();
        let Some(entry) =
            compose::recent_entry(store, room, who.user, now, |c| *c == change).await?
        else {
            return Ok(());
        };
        compose::announce(fanout, &entry, room, Some(message), &seen.profiles).await
    }

    async fn answer(
        &self,
        store: &impl Look,
        who: Principal,
        now: Timestamp,
        fresh: bool,
    ) -> Result<Reactions> {
        let (_, message) = self.load(store, who, now).await?;
        self.shown(store, &message, who, now, fresh).await
    }

    async fn shown(
        &self,
        store: &impl Look,
        message: &Message,
        who: Principal,
        now: Timestamp,
        fresh: bool,
    ) -> Result<Reactions> {
        let people = crate::people(store, MessageView::names(message), now).await?;
        Ok(Reactions {
            message_id: self.id,
            emoji: self.emoji.to_string(),
            count: message.reaction_count(self.emoji.as_str()),
            reactions: view::reactions(message, &people, Some(who.user)),
            fresh,
        })
    }
}

/// One person's reaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct ReactionBy {
    pub emoji: String,
    pub user: CompactUser,
}

/// A page of who reacted with what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "the fields of docs/api.md")]
pub struct ReactionPage {
    pub message_id: MessageId,
    pub reactions: Vec<ReactionBy>,
    pub next_cursor: Option<String>,
}

/// Everybody who reacted, in order of the emoji's first use and then of the users' ids; only with `emoji`
/// if one is given. `cursor` is the last page's `next_cursor`.
pub async fn list_reactions(
    store: &impl Look,
    who: Principal,
    now: Timestamp,
    id: MessageId,
    emoji: Option<Emoji>,
    limit: usize,
    cursor: Option<&str>,
) -> Result<ReactionPage> {
    let after = cursor.map(parse_cursor).transpose()?;
    let mut ask = who.ask_room(id.room);
    ask.messages = vec![id];
    let seen = store.look(ask, now).await?;
    who.member(&seen, id.room)?;
    let message = seen.messages.get(&id).ok_or_else(|| no_such("message"))?;
    let wanted = |r: &&domain::Reaction| emoji.as_ref().is_none_or(|e| r.emoji == e.as_str());
    let groups = message.reactions.iter().filter(wanted);
    let mut all: Vec<(u64, UserId, &str)> = groups
        .flat_map(|r| r.users.iter().map(|user| (r.first_seq, *user, r.emoji.as_str())))
        .filter(|(first, user, _)| after.is_none_or(|after| (*first, *user) > after))
        .collect();
    all.sort_unstable();
    let more = all.len() > limit;
    all.truncate(limit);
    let next_cursor = all.last().filter(|_| more).map(|(first, user, _)| format!("{first}_{user}"));
    let people = crate::people(store, all.iter().map(|(_, user, _)| *user), now).await?;
    let shown = |(_, user, emoji): &(u64, UserId, &str)| ReactionBy {
        emoji: (*emoji).to_owned(),
        user: CompactUser::of(*user, &people),
    };
    Ok(ReactionPage { message_id: id, reactions: all.iter().map(shown).collect(), next_cursor })
}

fn parse_cursor(text: &str) -> Result<(u64, UserId)> {
    let parts = text
        .split_once('_')
        .and_then(|(first, user)| Some((first.parse().ok()?, user.parse().ok()?)));
    parts.ok_or_else(|| FieldError::new("cursor", "invalid", "must be a next_cursor").into())
}
