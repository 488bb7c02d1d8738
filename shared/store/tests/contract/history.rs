//! Pages of messages and of the log, across buckets.

use crate::harness::*;
use chat::ports::*;
use domain::{Change, Membership, Message, RoomId, RoomKind};
use store::BUCKET_SEQS;

/// Messages at these numbers of a fresh room.
async fn messages_at(stack: &Stack, seqs: impl IntoIterator<Item = u64>) -> Membership {
    let (_, owner) = stack.room(RoomKind::Private, "r").await;
    for (i, seq) in seqs.into_iter().enumerate() {
        stack.store(&message(&owner, seq, i as u64 + 1, &format!("m{seq}"))).await;
    }
    owner
}

fn seqs(messages: &[Message]) -> Vec<u64> {
    messages.iter().map(|m| m.id.seq).collect()
}

async fn page(stack: &Stack, room: RoomId, range: Range) -> Vec<u64> {
    seqs(&stack.table.history(room, range).await.unwrap())
}

const NONE: [u64; 0] = [];
const ALL: Range = Range { after: None, before: None, last_seq: 0, newest_first: true, limit: 100 };

#[tokio::test]
async fn ranges_in_both_directions() {
    let stack = Stack::new().await;
    let room = messages_at(&stack, [1, 2, 4, 5, 8]).await.room;
    let all = Range { last_seq: 9, ..ALL };
    assert_eq!(page(&stack, room, all).await, [8, 5, 4, 2, 1]);
    assert_eq!(page(&stack, room, Range { newest_first: false, ..all }).await, [1, 2, 4, 5, 8]);
    assert_eq!(page(&stack, room, Range { before: Some(5), limit: 2, ..all }).await, [4, 2]);
    let after = Range { after: Some(2), limit: 2, newest_first: false, ..all };
    assert_eq!(page(&stack, room, after).await, [4, 5]);
    assert_eq!(
        page(&stack, room, Range { after: Some(1), before: Some(8), ..all }).await,
        [5, 4, 2]
    );
    assert_eq!(page(&stack, room, Range { after: Some(4), before: Some(5), ..all }).await, NONE);
    assert_eq!(page(&stack, room, Range { after: Some(9), ..all }).await, NONE);
    assert_eq!(page(&stack, room, Range { before: Some(0), ..all }).await, NONE);
    assert_eq!(page(&stack, room, Range { last_seq: 4, ..all }).await, [4, 2, 1], "as of then");
    assert_eq!(page(&stack, room, Range { last_seq: 0, ..ALL }).await, NONE);
}

#[tokio::test]
async fn pages_cross_buckets() {
    let stack = Stack::new().await;
    let near = BUCKET_SEQS - 3..=BUCKET_SEQS + 2;
    let room = messages_at(&stack, near.clone()).await.room;
    let all = Range { last_seq: BUCKET_SEQS + 2, ..ALL };
    let mut wanted: Vec<u64> = near.collect();
    assert_eq!(page(&stack, room, Range { newest_first: false, ..all }).await, wanted);
    wanted.reverse();
    assert_eq!(page(&stack, room, all).await, wanted);
    assert_eq!(page(&stack, room, Range { limit: 4, ..all }).await, wanted[..4]);
    let before = Range { before: Some(BUCKET_SEQS), limit: 2, ..all };
    assert_eq!(page(&stack, room, before).await, [BUCKET_SEQS - 1, BUCKET_SEQS - 2]);
    let after = Range { after: Some(BUCKET_SEQS - 2), limit: 3, newest_first: false, ..all };
    let wanted = [BUCKET_SEQS - 1, BUCKET_SEQS, BUCKET_SEQS + 1];
    assert_eq!(page(&stack, room, after).await, wanted);
    // A full page asks one bucket.
    stack.calls.take();
    page(&stack, room, Range { limit: 3, ..all }).await;
    assert_eq!(stack.calls.take(), ["Query"]);
    page(&stack, room, Range { limit: 4, ..all }).await;
    assert_eq!(stack.calls.take(), ["Query", "Query"]);
}

#[tokio::test]
async fn empty_buckets_are_walked_through_up_to_ten() {
    let stack = Stack::new().await;
    let room = messages_at(&stack, [5, 10 * BUCKET_SEQS, 30 * BUCKET_SEQS]).await.room;
    let near = Range { before: Some(10 * BUCKET_SEQS), last_seq: 10 * BUCKET_SEQS, ..ALL };
    assert_eq!(page(&stack, room, near).await, [5]);
    stack.calls.take();
    let far = Range { last_seq: 30 * BUCKET_SEQS, ..ALL };
    assert_eq!(page(&stack, room, far).await, [30 * BUCKET_SEQS]);
    assert_eq!(stack.calls.take().len(), 10);
}

#[tokio::test]
async fn pages_of_large_messages_are_whole() {
    let stack = Stack::new().await;
    let (room, owner) = stack.room(RoomKind::Private, "r").await;
    let large = "😀".repeat(10_000);
    for seq in 1..=40 {
        stack.store(&message(&owner, seq, seq, &large)).await;
    }
    // 40 × 40 KB is more than the 1 MB of one answer.
    let found = stack.table.history(room.id, Range { last_seq: 40, ..ALL }).await.unwrap();
    assert_eq!(seqs(&found), (1..=40).rev().collect::<Vec<_>>());
    let ids = found.iter().map(|m| m.id).collect();
    let seen = stack.table.look(Ask { messages: ids, ..Ask::default() }, NOW).await.unwrap();
    assert_eq!(seen.messages.len(), 40);
}

#[tokio::test]
async fn the_log_goes_on_from_a_number() {
    let stack = Stack::new().await;
    let owner = messages_at(&stack, [BUCKET_SEQS - 2, BUCKET_SEQS, BUCKET_SEQS + 3]).await;
    let room = owner.room;
    let message_seq = BUCKET_SEQS - 2;
    for (seq, change) in [
        (BUCKET_SEQS - 1, Change::MessageUpdated { message_seq }),
        (BUCKET_SEQS + 1, Change::ReactionAdded { message_seq, emoji: "🔥".into() }),
        (BUCKET_SEQS + 2, Change::RoomUpdated { renamed: None }),
    ] {
        let change = entry(room, seq, owner.user, change);
        let was = stack.load_room(room).await.unwrap();
        let shown = domain::Room { name: Some("n".into()), ..was.clone() };
        assert_eq!(stack.table.commit_room(&was, &shown, &change).await, Ok(Commit::Done));
    }
    let read = async |after, last, limit| {
        let (messages, entries) = stack.table.log(room, after, last, limit).await.unwrap();
        (seqs(&messages), entries.iter().map(|e| e.seq).collect::<Vec<_>>())
    };
    let last = BUCKET_SEQS + 3;
    let (messages, entries) = read(BUCKET_SEQS - 3, last, 99).await;
    assert_eq!(messages, [BUCKET_SEQS - 2, BUCKET_SEQS, last]);
    assert_eq!(entries, [BUCKET_SEQS - 1, BUCKET_SEQS + 1, BUCKET_SEQS + 2]);
    let (messages, entries) = read(BUCKET_SEQS - 3, last, 2).await;
    assert_eq!((messages.len(), entries.len()), (2, 2));
    let (messages, entries) = read(BUCKET_SEQS, BUCKET_SEQS + 1, 99).await;
    assert_eq!((messages, entries), (vec![], vec![BUCKET_SEQS + 1]));
    assert_eq!(read(last, last, 99).await, (vec![], vec![]));
    assert_eq!(read(last + 5, last, 99).await, (vec![], vec![]));
}
