//! Sending, editing, deleting.

use crate::harness::*;
use aws_sdk_dynamodb::types::AttributeValue;
use chat::ports::*;
use domain::{Change, Message, ReadMark, RoomKind, Silence};
use futures_util::future::join_all;

async fn seen_sent(stack: &Stack, m: &Message, now: domain::Timestamp) -> Seen {
    let ask = Ask {
        sent: Some((m.sender, m.id.room, m.client_key.clone().unwrap())),
        rate: Some(RateKey::Send(m.sender)),
        ..Ask::default()
    };
    stack.table.look(ask, now).await.unwrap()
}

#[tokio::test]
async fn a_send_writes_all_of_it() {
    let stack = Stack::new().await;
    let (room, owner) = stack.room(RoomKind::Private, "r").await;
    stack.send(&owner, "root").await;
    let place = stack.table.take_message_seq(room.id, NOW).await.unwrap();
    let sent_message = Message {
        client_key: Some("k".into()),
        parent_seq: Some(1),
        reply_to_seq: Some(1),
        mentions: vec![user()],
        mention_names: vec!["somebody".into()],
        mentions_all: true,
        ..message(&owner, place.seq, place.ordinal, "hello 👋")
    };
    let window = stack.next_window(owner.user).await;
    let record = sent(place.seq);
    let new = NewMessage { message: &sent_message, sent: Some(&record), rate: (&window, LIMIT) };
    assert_eq!(stack.table.commit_message(new.clone()).await, Ok(Commit::Done));
    assert_eq!(stack.message(sent_message.id).await, sent_message);
    let seen = seen_sent(&stack, &sent_message, NOW).await;
    assert_eq!((seen.sent.as_ref(), &seen.rate), (Some(&record), &window));
    let mark = stack.load_member(room.id, owner.user).await.unwrap().read;
    assert_eq!(mark, ReadMark { seq: place.seq, ordinal: place.ordinal });
    assert_eq!(stack.table.commit_message(new).await, Ok(Commit::Stale), "the place is taken");
}

#[tokio::test]
async fn one_of_two_sends_with_the_same_key_is_stored() {
    let stack = Stack::new().await;
    let (room, owner) = stack.room(RoomKind::Private, "r").await;
    let window = stack.next_window(owner.user).await;
    let sends = join_all((0..2).map(|_| async {
        let place = stack.table.take_message_seq(room.id, NOW).await.unwrap();
        let key = Some("k".to_owned());
        let m = Message { client_key: key, ..message(&owner, place.seq, place.ordinal, "x") };
        let record = sent(place.seq);
        let new = NewMessage { message: &m, sent: Some(&record), rate: (&window, LIMIT) };
        (m.id.seq, stack.table.commit_message(new).await.unwrap())
    }))
    .await;
    let done: Vec<u64> =
        sends.iter().filter(|(_, c)| *c == Commit::Done).map(|(s, _)| *s).collect();
    let [seq] = done[..] else { panic!("one is stored: {sends:?}") };
    let range = Range { after: None, before: None, last_seq: 2, newest_first: false, limit: 9 };
    let stored = stack.table.history(room.id, range).await.unwrap();
    assert_eq!(stored.iter().map(|m| m.id.seq).collect::<Vec<_>>(), [seq]);
    assert_eq!(seen_sent(&stack, &stored[0], NOW).await.sent, Some(sent(seq)));
}

#[tokio::test]
async fn a_key_is_free_again_after_a_day_whether_or_not_the_row_is_gone() {
    let stack = Stack::new().await;
    let (_, owner) = stack.room(RoomKind::Private, "r").await;
    let day = 24 * 60 * 60 * 1000;
    for (seq, at, wanted) in [
        (1, NOW, Commit::Done),
        (2, NOW.plus_ms(day - 1), Commit::Stale),
        (3, NOW.plus_ms(day), Commit::Done),
    ] {
        let m = Message {
            created_at: at,
            client_key: Some("k".into()),
            ..message(&owner, seq, seq, "x")
        };
        let window = stack.next_window(owner.user).await;
        let record = sent(seq);
        let new = NewMessage { message: &m, sent: Some(&record), rate: (&window, LIMIT) };
        let before = seen_sent(&stack, &m, at).await.sent;
        assert_eq!(before.is_some(), wanted == Commit::Stale, "{seq}");
        assert_eq!(stack.table.commit_message(new).await, Ok(wanted), "{seq}");
    }
}

#[tokio::test]
async fn concurrent_sends_of_one_user_compete_for_the_window() {
    let stack = Stack::new().await;
    let (_, owner) = stack.room(RoomKind::Private, "r").await;
    let window = stack.next_window(owner.user).await;
    let commits = join_all((1..=5).map(|seq| {
        let (table, window, owner) = (&stack.table, &window, &owner);
        async move {
            let m = message(owner, seq, seq, "x");
            let new = NewMessage { message: &m, sent: None, rate: (window, LIMIT) };
            table.commit_message(new).await.unwrap()
        }
    }))
    .await;
    assert_eq!(commits.iter().filter(|c| **c == Commit::Done).count(), 1, "{commits:?}");
}

#[tokio::test]
async fn strangers_and_the_silenced_store_nothing() {
    let stack = Stack::new().await;
    let (room, owner) = stack.room(RoomKind::Public, "r").await;
    let silenced = member(room.id, user(), domain::Role::Member);
    let (user, role) = (silenced.user, silenced.role);
    let joined = entry(room.id, 1, user, Change::UserJoined { user, role, silenced_until: None });
    assert_eq!(stack.table.add_member(&silenced, &joined).await, Ok(Commit::Done));
    let until = NOW.plus_ms(1);
    let silence = Silence { room: room.id, user, until, by: owner.user, reason: None };
    let change = Change::MemberUpdated { user, role, silenced_until: Some(until) };
    let change = entry(room.id, 90, owner.user, change);
    assert_eq!(stack.table.silence(&silenced, &silence, &change).await, Ok(Commit::Done));
    let stranger = member(room.id, crate::harness::user(), domain::Role::Member);
    for who in [&silenced, &stranger] {
        let window = stack.next_window(who.user).await;
        let m = message(who, 2, 1, "x");
        let new = NewMessage { message: &m, sent: None, rate: (&window, LIMIT) };
        assert_eq!(stack.table.commit_message(new).await, Ok(Commit::Stale));
        assert_eq!(stack.next_window(who.user).await, window, "nothing was counted");
    }
    assert_eq!(stack.load_member(room.id, stranger.user).await, None);
    // Silence ends by itself.
    let later = Message { created_at: NOW.plus_ms(1), ..message(&silenced, 2, 1, "x") };
    stack.store(&later).await;
}

#[tokio::test]
async fn a_late_send_does_not_move_the_mark_back() {
    let stack = Stack::new().await;
    let (room, owner) = stack.room(RoomKind::Private, "r").await;
    stack.store(&message(&owner, 6, 6, "later")).await;
    let late = message(&owner, 5, 5, "earlier");
    stack.store(&late).await;
    assert_eq!(stack.message(late.id).await, late);
    let mark = stack.load_member(room.id, owner.user).await.unwrap().read;
    assert_eq!(mark, ReadMark { seq: 6, ordinal: 6 });
}

#[tokio::test]
async fn one_of_two_edits_wins() {
    let stack = Stack::new().await;
    let (room, owner) = stack.room(RoomKind::Private, "r").await;
    let was = stack.send(&owner, "old").await;
    let edits = join_all([2u64, 3].map(|seq| {
        let change = Change::MessageUpdated { message_seq: was.id.seq };
        let change = entry(room.id, seq, owner.user, change);
        let (table, was) = (&stack.table, &was);
        let edited = Message { body: format!("new {seq}"), ..was.clone() };
        async move { table.commit_edit(was, &edited, &change).await.unwrap() }
    }))
    .await;
    assert_eq!(edits.iter().filter(|c| **c == Commit::Done).count(), 1);
    let won = if edits[0] == Commit::Done { 2 } else { 3 };
    let now = stack.message(was.id).await;
    let wanted = Message {
        body: format!("new {won}"),
        edited_at: Some(NOW),
        changed_seq: won,
        edits: 1,
        ..was.clone()
    };
    assert_eq!(now, wanted);
    let (_, log) = stack.table.log(room.id, 1, 3, 9).await.unwrap();
    assert_eq!(log.iter().map(|e| e.seq).collect::<Vec<_>>(), [won], "the loser logged nothing");
}

#[tokio::test]
async fn a_tombstone_keeps_the_place_and_nothing_else() {
    let stack = Stack::new().await;
    let (room, owner) = stack.room(RoomKind::Private, "r").await;
    let place = stack.table.take_message_seq(room.id, NOW).await.unwrap();
    let was = Message {
        client_key: Some("key-of-the-client".into()),
        ..message(&owner, place.seq, place.ordinal, "the secret text")
    };
    stack.store(&was).await;
    let reacted = Change::ReactionAdded { message_seq: 1, emoji: "🔥".into() };
    let reacted = entry(room.id, 2, owner.user, reacted);
    assert_eq!(stack.table.commit_reaction(was.id, "🔥", &reacted).await, Ok(Reacted::Done));
    // `was` knows nothing of the reaction: it goes nonetheless.
    let change = entry(room.id, 3, owner.user, Change::MessageDeleted { message_seq: 1 });
    assert_eq!(stack.table.commit_delete(&was, &change).await, Ok(Commit::Done));
    let now = stack.message(was.id).await;
    let wanted = Message {
        body: String::new(),
        deleted: Some((NOW, owner.user)),
        client_key: None,
        changed_seq: 3,
        ..was.clone()
    };
    assert_eq!(now, wanted);
    let raw = stack
        .client
        .get_item()
        .table_name(&stack.name)
        .key("PK", AttributeValue::S(format!("ROOM#{}#0", room.id)))
        .key("SK", AttributeValue::S("M#000000000001".into()))
        .send()
        .await
        .unwrap();
    let raw = format!("{:?}", raw.item.unwrap());
    for gone in ["secret", "key-of-the-client", "reaction", "🔥", "body"] {
        assert!(!raw.contains(gone), "{gone}: {raw}");
    }

    let again = entry(room.id, 4, owner.user, Change::MessageDeleted { message_seq: 1 });
    assert_eq!(stack.table.commit_delete(&now, &again).await, Ok(Commit::Stale));
    assert_eq!(stack.table.commit_edit(&now, &was, &again).await, Ok(Commit::Stale));
    assert_eq!(stack.table.commit_reaction(was.id, "🔥", &again).await, Ok(Reacted::Refused));
    assert_eq!(stack.table.commit_unreaction(was.id, "🔥", &again).await, Ok(Reacted::Refused));
}
