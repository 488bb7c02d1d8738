//! Push subscriptions.

use crate::harness::*;
use chat::ports::*;
use domain::{
    PUSHES_MAX, PushEndpoint, PushEntry, PushId, PushKeys, PushList, PushSubscription, SessionId,
    UserId,
};

/// RFC 8291, appendix A.
const POINT: &str =
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";

fn session(n: u8) -> SessionId {
    SessionId::new(NOW, [n; 10])
}

fn push(user: UserId, n: u8) -> PushSubscription {
    // No two tests meet: what is registered once is registered for all users.
    let mut hash = [n; 32];
    hash[1..11].copy_from_slice(&user.to_string().as_bytes()[26..]);
    PushSubscription {
        id: PushId::of_hash(hash),
        user,
        session: session(1),
        endpoint: PushEndpoint::parse("https://push.example.org/1?x", false).unwrap(),
        keys: PushKeys::parse(POINT, AUTH).unwrap(),
        created_at: NOW.plus_ms(i64::from(n)),
        ends_at: NOW.plus_ms(1_000),
    }
}

fn entry(push: &PushSubscription) -> PushEntry {
    PushEntry { id: push.id, session: push.session, created_at: push.created_at }
}

async fn seen(stack: &Stack, user: UserId, id: PushId, after_ms: i64) -> Seen {
    let ask = Ask { pushes: vec![id], push_list: Some(user), ..Ask::default() };
    stack.table.look(ask, NOW.plus_ms(after_ms)).await.unwrap()
}

async fn list(stack: &Stack, user: UserId) -> PushList {
    let ask = Ask { push_list: Some(user), ..Ask::default() };
    stack.table.look(ask, NOW).await.unwrap().push_list
}

#[tokio::test]
async fn one_is_kept_and_listed_until_it_ends() {
    let stack = &Stack::new().await;
    let (who, table) = (user(), &stack.table);
    let one = push(who, 1);
    assert_eq!(list(stack, who).await, PushList::default());
    assert_eq!(table.put_push(&one, &PushList::default(), &[]).await, Ok(Commit::Done));
    let found = seen(stack, who, one.id, 999).await;
    assert_eq!(found.pushes.get(&one.id), Some(&one));
    assert_eq!(found.push_list, PushList { revision: 1, entries: vec![entry(&one)] });
    assert!(seen(stack, who, one.id, 1_000).await.pushes.is_empty(), "it has ended");
    assert_eq!(table.put_push(&one, &PushList::default(), &[]).await, Ok(Commit::Stale));
    let again = PushSubscription { session: session(2), ..one.clone() };
    assert_eq!(table.put_push(&again, &found.push_list, &[]).await, Ok(Commit::Done));
    let expected = PushList { revision: 2, entries: vec![entry(&again)] };
    assert_eq!(list(stack, who).await, expected, "the same one, in another session");
}

#[tokio::test]
async fn the_oldest_make_room() {
    let stack = &Stack::new().await;
    let who = user();
    let all: Vec<_> = (0..=PUSHES_MAX as u8).map(|n| push(who, n)).collect();
    for one in &all {
        let was = list(stack, who).await;
        let surplus = was.surplus(one.id);
        assert_eq!(stack.table.put_push(one, &was, &surplus).await, Ok(Commit::Done));
    }
    let mut kept: Vec<_> = list(stack, who).await.entries.iter().map(|e| e.created_at).collect();
    kept.sort_unstable();
    assert_eq!(kept, all[1..].iter().map(|one| one.created_at).collect::<Vec<_>>());
}

#[tokio::test]
async fn only_the_owner_takes_one_away() {
    let stack = &Stack::new().await;
    let ([who, other], table) = ([user(), user()], &stack.table);
    let one = push(who, 1);
    table.put_push(&one, &PushList::default(), &[]).await.unwrap();
    assert_eq!(table.drop_push(other, one.id).await, Ok(false));
    assert_eq!(table.drop_push(who, one.id).await, Ok(true));
    assert_eq!(table.drop_push(who, one.id).await, Ok(false));
    let found = seen(stack, who, one.id, 0).await;
    assert!(found.pushes.is_empty() && found.push_list.entries.is_empty());
    // It passes to somebody else; the first one's list is put right by whoever sees that.
    table.put_push(&one, &found.push_list, &[]).await.unwrap();
    let taken = PushSubscription { user: other, session: session(2), ..one.clone() };
    assert_eq!(table.put_push(&taken, &PushList::default(), &[]).await, Ok(Commit::Done));
    assert_eq!(table.drop_push(who, one.id).await, Ok(false));
    table.forget_push(who, one.id, one.session).await.unwrap();
    assert_eq!(list(stack, who).await.entries, []);
    assert_eq!(seen(stack, other, one.id, 0).await.pushes.get(&one.id), Some(&taken));
    assert_eq!(list(stack, other).await.entries, [entry(&taken)]);
}

#[tokio::test]
async fn what_was_registered_anew_is_not_forgotten() {
    let stack = &Stack::new().await;
    let (who, table) = (user(), &stack.table);
    let one = PushSubscription { session: session(2), ..push(who, 1) };
    table.put_push(&one, &PushList::default(), &[]).await.unwrap();
    table.forget_push(who, one.id, session(1)).await.unwrap();
    let found = seen(stack, who, one.id, 0).await;
    assert_eq!((found.pushes.len(), found.push_list.entries.len()), (1, 1), "another session's");
    table.forget_push(who, one.id, session(2)).await.unwrap();
    let found = seen(stack, who, one.id, 0).await;
    assert_eq!((found.pushes.len(), found.push_list.entries.len()), (0, 0));
    table.forget_push(who, one.id, session(2)).await.unwrap();
}

#[tokio::test]
async fn devices_are_read_in_one_call() {
    let stack = &Stack::new().await;
    let ([pushed, nowhere], table) = ([user(), user()], &stack.table);
    let one = push(pushed, 1);
    table.put_push(&one, &PushList::default(), &[]).await.unwrap();
    let found = table.devices(&[pushed, nowhere], NOW).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].0, found[0].2.as_slice()), (pushed, [entry(&one)].as_slice()));
    assert!(found[0].1.connections.is_empty());
}
