//! Sessions, tickets, keys.

use crate::harness::*;
use chat::ports::*;
use domain::{Session, UserId};
use futures_util::future::join_all;

fn opened(user: UserId) -> Session {
    Session {
        id: session(),
        user,
        created_at: NOW,
        expires_at: NOW.plus_ms(1_000_000),
        refresh_hash: "first".into(),
        previous: None,
        device: None,
    }
}

async fn load(stack: &Stack, of: &Session) -> Option<Session> {
    let ask = Ask { session: Some((of.user, of.id)), ..Ask::default() };
    stack.table.look(ask, NOW).await.unwrap().session
}

#[tokio::test]
async fn one_of_two_rotations_wins() {
    let stack = Stack::new().await;
    let was = opened(user());
    stack.table.put_session(&was).await.unwrap();
    assert_eq!(load(&stack, &was).await, Some(was.clone()));
    let next = |hash: &str| Session {
        refresh_hash: hash.into(),
        previous: Some(("first".into(), NOW)),
        expires_at: NOW.plus_ms(2_000_000),
        ..was.clone()
    };
    let both = [next("a"), next("b")];
    let rotated = join_all(both.iter().map(|n| stack.table.rotate_session(&was, n))).await;
    let won: Vec<_> = both
        .iter()
        .zip(&rotated)
        .filter(|(_, c)| **c == Ok(Commit::Done))
        .map(|(n, _)| n)
        .collect();
    let [winner] = won[..] else { panic!("one wins: {rotated:?}") };
    assert_eq!(load(&stack, &was).await.as_ref(), Some(winner));
}

#[tokio::test]
async fn an_ended_session_stays_ended() {
    let stack = Stack::new().await;
    let (one, other) = (opened(user()), opened(user()));
    stack.table.put_session(&one).await.unwrap();
    stack.table.put_session(&other).await.unwrap();
    assert_eq!(stack.table.end_session(one.user, one.id).await, Ok(()));
    assert_eq!(stack.table.end_session(one.user, one.id).await, Ok(()));
    assert_eq!(load(&stack, &one).await, None);
    assert_eq!(stack.table.rotate_session(&one, &one).await, Ok(Commit::Stale));
    assert_eq!(load(&stack, &one).await, None);
    assert_eq!(load(&stack, &other).await, Some(other));
}

#[tokio::test]
async fn a_ticket_is_taken_once() {
    let stack = Stack::new().await;
    let ticket = Ticket {
        user: user(),
        session: session(),
        expires_at: NOW.plus_ms(30_000),
        token_expires_at: NOW.plus_ms(90_000),
    };
    stack.table.put_ticket("h", ticket).await.unwrap();
    let taken = join_all((0..10).map(|_| stack.table.take_ticket("h", NOW))).await;
    let got: Vec<Ticket> = taken.into_iter().filter_map(|t| t.unwrap()).collect();
    assert_eq!(got, [ticket]);
    assert_eq!(stack.table.take_ticket("other", NOW).await, Ok(None));

    // Expired to the millisecond, though the row is there.
    stack.table.put_ticket("h", ticket).await.unwrap();
    assert_eq!(stack.table.take_ticket("h", ticket.expires_at).await, Ok(None));
    stack.table.put_ticket("h", ticket).await.unwrap();
    assert_eq!(stack.table.take_ticket("h", ticket.expires_at.plus_ms(-1)).await, Ok(Some(ticket)));
}

#[tokio::test]
async fn a_kid_stands_for_one_key() {
    let stack = Stack::new().await;
    assert_eq!(stack.table.public_key("k1").await, Ok(None));
    assert_eq!(stack.table.publish_key("k1", "aa").await, Ok(()));
    assert_eq!(stack.table.publish_key("k1", "aa").await, Ok(()));
    assert!(stack.table.publish_key("k1", "bb").await.is_err());
    assert_eq!(stack.table.public_key("k1").await, Ok(Some("aa".into())));
}
