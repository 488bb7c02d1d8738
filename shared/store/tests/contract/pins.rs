//! Pins: the row, the flag on the message and the room's count move together.

use crate::harness::*;
use chat::ports::*;
use domain::{Change, LogEntry, Membership, Message, PINS_MAX, Pin, RoomKind};
use futures_util::future::join_all;

fn pinned(message: &Message, by: &Membership, seq: u64) -> (Pin, LogEntry) {
    let change = Change::MessagePinned { message_seq: message.id.seq };
    let pin = Pin { message: message.id, seq, by: by.user, at: NOW };
    (pin, entry(by.room, seq, by.user, change))
}

fn unpinned(message: &Message, by: &Membership, seq: u64) -> LogEntry {
    entry(by.room, seq, by.user, Change::MessageUnpinned { message_seq: message.id.seq })
}

impl Stack {
    async fn pin(&self, message: &Message, by: &Membership) -> Commit {
        let seq = self.table.take_event_seq(by.room, NOW).await.unwrap().seq;
        let (pin, entry) = pinned(message, by, seq);
        self.table.pin(&pin, true, &entry).await.unwrap()
    }
}

#[tokio::test]
async fn pinning_twice_counts_once() {
    let stack = Stack::new().await;
    let (room, owner) = stack.room(RoomKind::Private, "r").await;
    let message = stack.send(&owner, "one").await;
    let done = join_all((0..6).map(|_| stack.pin(&message, &owner))).await;
    assert_eq!(done.iter().filter(|c| **c == Commit::Done).count(), 1);
    assert!(stack.message(message.id).await.pinned);
    assert_eq!(stack.load_room(room.id).await.unwrap().pin_count, 1);
    assert_eq!(stack.table.pins(room.id).await.unwrap().len(), 1);

    let off = unpinned(&message, &owner, 90);
    assert_eq!(stack.table.unpin(message.id, true, &off).await, Ok(Commit::Done));
    assert!(!stack.message(message.id).await.pinned);
    assert_eq!(stack.load_room(room.id).await.unwrap().pin_count, 0);
    let again = unpinned(&message, &owner, 91);
    assert_eq!(stack.table.unpin(message.id, true, &again).await, Ok(Commit::Stale));
}

#[tokio::test]
async fn a_room_takes_so_many_and_no_more() {
    let stack = Stack::new().await;
    let (room, owner) = stack.room(RoomKind::Private, "r").await;
    let mut messages = Vec::new();
    for _ in 0..PINS_MAX + 6 {
        messages.push(stack.send(&owner, "x").await);
    }
    let (most, last) = messages.split_at(usize::try_from(PINS_MAX).unwrap() - 2);
    for message in most {
        assert_eq!(stack.pin(message, &owner).await, Commit::Done);
    }
    // Two places, eight who want one.
    let mut placed = 0;
    for _ in 0..4 {
        let round = join_all(last.iter().map(|message| stack.pin(message, &owner))).await;
        placed += round.iter().filter(|c| **c == Commit::Done).count();
    }
    assert_eq!(placed, 2);
    assert_eq!(stack.load_room(room.id).await.unwrap().pin_count, PINS_MAX);
    let pins = stack.table.pins(room.id).await.unwrap();
    assert_eq!(pins.len(), usize::try_from(PINS_MAX).unwrap());
    assert!(pins.windows(2).all(|two| two[0].seq > two[1].seq), "newest first");
}

#[tokio::test]
async fn deleting_a_message_takes_its_pin_along() {
    let stack = Stack::new().await;
    let (room, owner) = stack.room(RoomKind::Private, "r").await;
    let as_read = stack.send(&owner, "one").await;
    assert_eq!(stack.pin(&as_read, &owner).await, Commit::Done);
    let deleted = |seq| {
        let change = Change::MessageDeleted { message_seq: as_read.id.seq };
        entry(room.id, seq, owner.user, change)
    };
    // Read before it was pinned: the deletion must look again.
    assert_eq!(stack.table.commit_delete(&as_read, &deleted(50)).await, Ok(Commit::Stale));
    let now = stack.message(as_read.id).await;
    assert_eq!(stack.table.commit_delete(&now, &deleted(50)).await, Ok(Commit::Done));
    assert_eq!(stack.table.pins(room.id).await, Ok(vec![]));
    assert_eq!(stack.load_room(room.id).await.unwrap().pin_count, 0);
    assert_eq!(stack.pin(&as_read, &owner).await, Commit::Stale, "a tombstone");
}

#[tokio::test]
async fn pinning_takes_rank_where_it_does_and_a_voice() {
    let stack = Stack::new().await;
    let (room, owner) = stack.room(RoomKind::Private, "r").await;
    let message = stack.send(&owner, "one").await;
    let silenced_until = None;
    let one = Membership { silenced_until, ..member(room.id, user(), domain::Role::Member) };
    let change = Change::UserJoined { user: one.user, role: one.role, silenced_until: None };
    let joined = entry(room.id, 50, one.user, change);
    assert_eq!(stack.table.add_member(&one, &joined).await, Ok(Commit::Done));
    let (pin, entry) = pinned(&message, &one, 51);
    assert_eq!(stack.table.pin(&pin, true, &entry).await, Ok(Commit::Stale));
    assert_eq!(stack.table.pin(&pin, false, &entry).await, Ok(Commit::Done), "as in a direct room");
}
