//! Threads, earlier texts, marks that move back, and names.

use crate::harness::*;
use chat::ports::*;
use domain::{Change, EDITS_KEPT, Membership, Message, MessageId, ReadMark, RoomKind};
use futures_util::future::join_all;

const ALL: Range =
    Range { after: None, before: None, last_seq: u64::MAX, newest_first: false, limit: 100 };

/// Stores a reply to `to` in the thread of `root`.
async fn reply(stack: &Stack, who: &Membership, root: &Message, to: u64) -> (Message, Commit) {
    let place = stack.table.take_message_seq(who.room, NOW).await.unwrap();
    let reply = Message {
        parent_seq: Some(root.id.seq),
        reply_to_seq: Some(to),
        created_at: NOW.plus_ms(i64::try_from(place.seq).unwrap()),
        ..message(who, place.seq, place.ordinal, "reply")
    };
    let window = stack.next_window(who.user).await;
    let new = NewMessage { message: &reply, sent: None, rate: (&window, LIMIT) };
    let commit = stack.table.commit_message(new).await.unwrap();
    (reply, commit)
}

async fn delete(stack: &Stack, was: &Message, seq: u64) -> Commit {
    let change = Change::MessageDeleted { message_seq: was.id.seq };
    let change = entry(was.id.room, seq, was.sender, change);
    stack.table.commit_delete(was, &change).await.unwrap()
}

#[tokio::test]
async fn a_thread_has_its_replies_in_order_and_their_count_on_the_root() {
    let stack = Stack::new().await;
    let (_, owner) = stack.room(RoomKind::Private, "r").await;
    let root = stack.send(&owner, "root").await;
    let other = stack.send(&owner, "other").await;
    let mut replies = Vec::new();
    for _ in 0..3 {
        replies.push(reply(&stack, &owner, &root, root.id.seq).await.0);
    }
    reply(&stack, &owner, &other, other.id.seq).await;
    let seqs: Vec<u64> = replies.iter().map(|m| m.id.seq).collect();
    assert_eq!(stack.table.replies(root.id, ALL).await.as_deref(), Ok(seqs.as_slice()));
    let page = Range { before: Some(seqs[2]), newest_first: true, limit: 1, ..ALL };
    assert_eq!(stack.table.replies(root.id, page).await.as_deref(), Ok(&seqs[1..2]));
    let page = Range { after: Some(seqs[0]), limit: 1, ..ALL };
    assert_eq!(stack.table.replies(root.id, page).await.as_deref(), Ok(&seqs[1..2]));
    let now = stack.message(root.id).await;
    assert_eq!((now.reply_count, now.last_reply_at), (3, Some(replies[2].created_at)));
    // One fewer, in its place still.
    assert_eq!(delete(&stack, &replies[0], 20).await, Commit::Done);
    assert_eq!(delete(&stack, &stack.message(replies[0].id).await, 21).await, Commit::Stale);
    assert_eq!(stack.message(root.id).await.reply_count, 2);
    assert_eq!(stack.table.replies(root.id, ALL).await.as_deref(), Ok(seqs.as_slice()));
}

#[tokio::test]
async fn a_deleted_root_takes_no_reply_and_loses_none() {
    let stack = Stack::new().await;
    let (_, owner) = stack.room(RoomKind::Private, "r").await;
    let root = stack.send(&owner, "root").await;
    let (first, _) = reply(&stack, &owner, &root, root.id.seq).await;
    assert_eq!(delete(&stack, &root, 10).await, Commit::Stale, "answered since it was read");
    assert_eq!(delete(&stack, &stack.message(root.id).await, 10).await, Commit::Done);
    let (late, commit) = reply(&stack, &owner, &root, root.id.seq).await;
    assert_eq!(commit, Commit::Stale);
    assert_eq!(stack.table.replies(root.id, ALL).await.as_deref(), Ok(&[first.id.seq][..]));
    let (_, commit) = reply(&stack, &owner, &root, first.id.seq).await;
    assert_eq!(commit, Commit::Done, "an answer to a reply that stands");
    assert_eq!(stack.message(root.id).await.reply_count, 2);
    assert!(late.id.seq > first.id.seq);
}

#[tokio::test]
async fn many_at_once_are_all_counted() {
    let stack = Stack::new().await;
    let (_, owner) = stack.room(RoomKind::Private, "r").await;
    let root = stack.send(&owner, "root").await;
    let tries = join_all((0..8).map(|_| reply(&stack, &owner, &root, root.id.seq))).await;
    let stored = tries.iter().filter(|(_, commit)| *commit == Commit::Done).count() as u64;
    assert!(stored > 0);
    assert_eq!(stack.message(root.id).await.reply_count, stored);
    assert_eq!(stack.table.replies(root.id, ALL).await.unwrap().len() as u64, stored);
}

#[tokio::test]
async fn earlier_texts_are_kept_and_go_with_the_message() {
    let stack = Stack::new().await;
    let (room, owner) = stack.room(RoomKind::Private, "r").await;
    let mut was = stack.send(&owner, "text 0").await;
    for edit in 1..=EDITS_KEPT + 3 {
        let at = NOW.plus_ms(i64::try_from(edit).unwrap());
        let change = Change::MessageUpdated { message_seq: was.id.seq };
        let change = domain::LogEntry { at, ..entry(room.id, 100 + edit, owner.user, change) };
        let edited = Message { body: format!("text {edit}"), ..was.clone() };
        assert_eq!(stack.table.commit_edit(&was, &edited, &change).await, Ok(Commit::Done));
        was = stack.message(was.id).await;
        assert_eq!((was.edits, &was.body), (edit, &edited.body));
    }
    let versions = stack.table.versions(was.id).await.unwrap();
    let texts: Vec<&str> = versions.iter().map(|v| v.body.as_str()).collect();
    let wanted: Vec<String> = (3..EDITS_KEPT + 3).map(|edit| format!("text {edit}")).collect();
    assert_eq!(texts, wanted, "the latest, oldest first");
    assert!(versions.windows(2).all(|pair| pair[0].until == pair[1].from));
    let other = MessageId { seq: was.id.seq + 1, ..was.id };
    assert_eq!(stack.table.versions(other).await, Ok(vec![]));
    assert_eq!(delete(&stack, &was, 300).await, Commit::Done);
    assert_eq!(stack.table.versions(was.id).await, Ok(vec![]));
}

#[tokio::test]
async fn a_mark_moves_back_for_its_owner_only() {
    let stack = Stack::new().await;
    let (room, owner) = stack.room(RoomKind::Private, "r").await;
    let mark = |seq| ReadMark { seq, ordinal: seq };
    let load = async || stack.load_member(room.id, owner.user).await.unwrap();
    stack.table.mark_read(&load().await, mark(9), NOW).await.unwrap();
    let stale = load().await;
    let unread = stack.table.mark_unread(&load().await, mark(4), &[5, 7]).await;
    assert_eq!(unread, Ok(Commit::Done));
    let now = load().await;
    assert_eq!((now.read, now.seen_seq, now.read_at), (mark(4), 9, Some(NOW)));
    assert_eq!(now.mentions_unread(), 2);
    assert_eq!(stack.table.mark_unread(&stale, mark(2), &[]).await, Ok(Commit::Stale));
    // Forward again, not as far as it was.
    let later = NOW.plus_ms(5);
    assert_eq!(stack.table.mark_read(&now, mark(6), later).await, Ok(Commit::Done));
    let now = load().await;
    assert_eq!((now.read, now.seen_seq, now.read_at), (mark(6), 9, Some(NOW)));
    assert_eq!(now.mention_seqs, [7]);
    assert_eq!(stack.table.mark_read(&now, mark(12), later).await, Ok(Commit::Done));
    let now = load().await;
    assert_eq!((now.read, now.seen_seq, now.read_at), (mark(12), 12, Some(later)));
    assert!(now.mention_seqs.is_empty());
}

#[tokio::test]
async fn what_was_delivered_stays_so() {
    let stack = Stack::new().await;
    let (room, owner) = stack.room(RoomKind::Private, "r").await;
    for (seq, wanted) in
        [(5, Commit::Done), (4, Commit::Stale), (5, Commit::Stale), (6, Commit::Done)]
    {
        let done = stack.table.mark_delivered(room.id, owner.user, seq, NOW).await;
        assert_eq!(done, Ok(wanted), "{seq}");
    }
    let now = stack.load_member(room.id, owner.user).await.unwrap();
    assert_eq!((now.delivered_seq, now.delivered_at), (6, Some(NOW)));
}

#[tokio::test]
async fn names_lead_to_their_owners() {
    let stack = Stack::new().await;
    let someone = profile("Some_One", "Some One");
    stack.table.create_account(&someone, "hash").await.unwrap();
    let ask = Ask { usernames: vec!["some_one".into(), "nobody".into()], ..Ask::default() };
    let seen = stack.table.look(ask, NOW).await.unwrap();
    assert_eq!(seen.user_ids, [("some_one".to_owned(), someone.id)].into());
}
