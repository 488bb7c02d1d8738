//! Reactions: many at once, limits, order of first use.

use crate::harness::*;
use chat::ports::*;
use domain::{Change, LogEntry, Message, MessageId, RoomId, RoomKind, UserId};
use futures_util::future::join_all;
use std::sync::atomic::{AtomicU64, Ordering};

struct Reactor<'a> {
    stack: &'a Stack,
    room: RoomId,
    message: MessageId,
    seq: AtomicU64,
}

impl<'a> Reactor<'a> {
    async fn new(stack: &'a Stack) -> Self {
        let (room, owner) = stack.room(RoomKind::Private, "r").await;
        let message = stack.send(&owner, "m").await.id;
        Self { stack, room: room.id, message, seq: AtomicU64::new(message.seq) }
    }

    fn entry(&self, who: UserId, change: Change) -> LogEntry {
        entry(self.room, self.seq.fetch_add(1, Ordering::Relaxed) + 1, who, change)
    }

    async fn add(&self, who: UserId, emoji: &str) -> Reacted {
        let change = Change::ReactionAdded { message_seq: self.message.seq, emoji: emoji.into() };
        let entry = self.entry(who, change);
        self.stack.table.commit_reaction(self.message, emoji, &entry).await.unwrap()
    }

    async fn remove(&self, who: UserId, emoji: &str) -> Reacted {
        let change = Change::ReactionRemoved { message_seq: self.message.seq, emoji: emoji.into() };
        let entry = self.entry(who, change);
        self.stack.table.commit_unreaction(self.message, emoji, &entry).await.unwrap()
    }

    async fn now(&self) -> Message {
        self.stack.message(self.message).await
    }

    async fn emojis(&self) -> Vec<String> {
        self.now().await.reactions.into_iter().map(|r| r.emoji).collect()
    }
}

#[tokio::test]
async fn none_is_lost_when_many_react_at_once() {
    let stack = Stack::new().await;
    let reactor = Reactor::new(&stack).await;
    let users: Vec<UserId> = (0..30).map(|_| user()).collect();
    let emoji = |i: usize| ["🔥", "👍", "🎉"][i % 3];
    let added =
        join_all(users.iter().enumerate().map(|(i, who)| reactor.add(*who, emoji(i)))).await;
    assert!(added.iter().all(|r| *r == Reacted::Done));
    let now = reactor.now().await;
    for kind in 0..3 {
        assert_eq!(now.reaction_count(emoji(kind)), 10);
    }
    let (_, log) = stack.table.log(reactor.room, 1, 99, 99).await.unwrap();
    assert_eq!(log.len(), 30);

    let removed =
        join_all(users.iter().enumerate().map(|(i, who)| reactor.remove(*who, emoji(i)))).await;
    assert!(removed.iter().all(|r| *r == Reacted::Done), "{removed:?}");
    assert_eq!(reactor.now().await.reactions, vec![]);
}

#[tokio::test]
async fn twice_is_once() {
    let stack = Stack::new().await;
    let reactor = Reactor::new(&stack).await;
    let (a, b) = (user(), user());
    assert_eq!(reactor.remove(a, "🔥").await, Reacted::Refused);
    assert_eq!(reactor.add(a, "🔥").await, Reacted::Done);
    assert_eq!(reactor.add(a, "🔥").await, Reacted::Refused);
    assert_eq!(reactor.remove(b, "🔥").await, Reacted::Refused);
    assert_eq!(reactor.add(b, "🔥").await, Reacted::Done);
    assert_eq!(reactor.remove(a, "🔥").await, Reacted::Done);
    assert_eq!(reactor.remove(a, "🔥").await, Reacted::Refused);
    let now = reactor.now().await;
    assert_eq!(now.reactions.len(), 1);
    assert_eq!(now.reactions[0].users, [b]);
    assert_eq!(now.changed_seq, reactor.message.seq, "a reaction is no change of the text");
}

#[tokio::test]
async fn an_emoji_used_anew_goes_to_the_end() {
    let stack = Stack::new().await;
    let reactor = Reactor::new(&stack).await;
    let (a, b) = (user(), user());
    for emoji in ["🔥", "👍", "❤️"] {
        assert_eq!(reactor.add(a, emoji).await, Reacted::Done);
    }
    assert_eq!(reactor.add(b, "👍").await, Reacted::Done);
    assert_eq!(reactor.emojis().await, ["🔥", "👍", "❤️"]);
    // While one is left the emoji keeps its place.
    assert_eq!(reactor.remove(a, "👍").await, Reacted::Done);
    assert_eq!(reactor.emojis().await, ["🔥", "👍", "❤️"]);
    assert_eq!(reactor.remove(a, "🔥").await, Reacted::Done);
    assert_eq!(reactor.emojis().await, ["👍", "❤️"]);
    assert_eq!(reactor.add(b, "🔥").await, Reacted::Done);
    assert_eq!(reactor.emojis().await, ["👍", "❤️", "🔥"]);
}

#[tokio::test]
async fn fifty_emoji_and_no_more() {
    let stack = Stack::new().await;
    let reactor = Reactor::new(&stack).await;
    let (a, b) = (user(), user());
    for i in 0..50 {
        assert_eq!(reactor.add(a, &format!("e{i}")).await, Reacted::Done);
    }
    assert_eq!(reactor.add(a, "e50").await, Reacted::Refused);
    assert_eq!(reactor.add(b, "e7").await, Reacted::Done, "one that is there already");
    assert_eq!(reactor.remove(a, "e8").await, Reacted::Done);
    assert_eq!(reactor.add(b, "e50").await, Reacted::Done, "there is room again");
    assert_eq!(reactor.now().await.reactions.len(), 50);
}

#[tokio::test]
async fn five_thousand_reactions_and_no_more() {
    let stack = Stack::new().await;
    let (_, owner) = stack.room(RoomKind::Private, "r").await;
    let crowd: Vec<UserId> = (0..4_999).map(|_| user()).collect();
    let full = Message {
        reactions: vec![domain::Reaction {
            emoji: "👍".into(),
            first_seq: 1,
            users: crowd.clone(),
        }],
        ..message(&owner, 1, 1, &"x".repeat(10_000))
    };
    stack.store(&full).await;
    let (a, b) = (user(), user());
    let change = |seq, who| {
        let change = Change::ReactionAdded { message_seq: 1, emoji: "👍".into() };
        entry(owner.room, seq, who, change)
    };
    let table = &stack.table;
    assert_eq!(table.commit_reaction(full.id, "👍", &change(2, a)).await, Ok(Reacted::Done));
    assert_eq!(table.commit_reaction(full.id, "👍", &change(3, b)).await, Ok(Reacted::Refused));
    let gone = crowd[17];
    assert_eq!(table.commit_unreaction(full.id, "👍", &change(3, gone)).await, Ok(Reacted::Done));
    assert_eq!(table.commit_reaction(full.id, "👍", &change(4, b)).await, Ok(Reacted::Done));
    assert_eq!(stack.message(full.id).await.reaction_count("👍"), 5_000);
}

#[tokio::test]
async fn nothing_reacts_to_nothing() {
    let stack = Stack::new().await;
    let reactor = Reactor::new(&stack).await;
    let nowhere = MessageId { room: reactor.room, seq: 999 };
    let change = reactor.entry(user(), Change::RoomUpdated { renamed: None });
    assert_eq!(stack.table.commit_reaction(nowhere, "🔥", &change).await, Ok(Reacted::Refused));
    assert_eq!(stack.table.commit_unreaction(nowhere, "🔥", &change).await, Ok(Reacted::Refused));
    let (_, log) = stack.table.log(reactor.room, 1, 99, 99).await.unwrap();
    assert_eq!(log, vec![]);
}
