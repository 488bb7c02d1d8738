//! What is kept of a user's presence.

use crate::harness::*;
use chat::ports::*;
use domain::{Connection, ConnectionId, Presence, Shown, Status, UserId};

async fn kept(stack: &Stack, who: UserId) -> Presence {
    stack.table.connections(&[who], NOW).await.unwrap().pop().map(|(_, kept)| kept).unwrap()
}

#[tokio::test]
async fn devices_give_signs_of_life() {
    let stack = Stack::new().await;
    let (table, who) = (&stack.table, user());
    let device = Connection::new(ConnectionId("a=".into()), session(), NOW, NOW.plus_ms(60_000));
    let gone = ConnectionId("gone".into());
    assert_eq!(table.touch(who, &device.id, NOW, 100).await, Ok(None), "nobody there");
    let added = table.add_connection(who, &device, NOW).await.unwrap();
    assert_eq!((added.revision, added.changed_at), (1, NOW));
    assert_eq!(added.connections, std::slice::from_ref(&device));
    assert_eq!(table.touch(who, &device.id, NOW.plus_ms(99), 100).await, Ok(None), "too soon");
    let touched = table.touch(who, &device.id, NOW.plus_ms(100), 100).await.unwrap().unwrap();
    assert_eq!((touched.revision, touched.connections[0].seen_at), (2, NOW.plus_ms(100)));
    assert_eq!(table.touch(who, &gone, NOW.plus_ms(200), 100).await, Ok(None));
    let away = table.set_away(who, &device.id, true, NOW.plus_ms(150)).await.unwrap().unwrap();
    assert!(away.connections[0].away);
    assert_eq!((away.revision, away.connections[0].seen_at), (3, NOW.plus_ms(150)));
    let back = table.set_away(who, &device.id, false, NOW.plus_ms(160)).await.unwrap().unwrap();
    assert!(!back.connections[0].away);
    assert_eq!(table.set_away(who, &gone, true, NOW).await, Ok(None));
    let left = table.drop_connections(who, &[device.id], NOW.plus_ms(200)).await.unwrap();
    assert_eq!(
        (left.revision, left.connections.len(), left.changed_at.ms()),
        (5, 0, NOW.ms() + 200)
    );
}

#[tokio::test]
async fn a_decision_holds_for_what_it_was_made_on() {
    let stack = Stack::new().await;
    let (table, who) = (&stack.table, user());
    let busy = Shown { status: Status::Busy, message: Some("in a meeting".into()), emoji: None };
    assert_eq!(table.show(who, 7, &busy).await, Ok(Commit::Stale));
    assert_eq!(table.show(who, 0, &busy).await, Ok(Commit::Done), "of one who never came");
    assert_eq!(table.show(who, 0, &busy).await, Ok(Commit::Stale));
    let shown = kept(&stack, who).await;
    assert_eq!((shown.shown, shown.untold, shown.revision), (busy, true, 1));
    assert_eq!(table.settle(who, 0, None).await, Ok(Commit::Stale));
    assert_eq!(table.settle(who, 1, Some(NOW)).await, Ok(Commit::Done));
    let told = kept(&stack, who).await;
    assert_eq!((told.untold, told.check_at, told.revision), (false, Some(NOW), 2));
    let device = Connection::new(ConnectionId("a".into()), session(), NOW, NOW.plus_ms(60_000));
    let both = table.add_connection(who, &device, NOW).await.unwrap();
    assert_eq!((both.shown.status, both.check_at, both.revision), (Status::Busy, Some(NOW), 3));
    let smile = Shown { emoji: Some("🙂".into()), ..Shown::default() };
    assert_eq!(table.show(who, 2, &smile).await, Ok(Commit::Stale), "a device has come since");
    assert_eq!(table.show(who, 3, &smile).await, Ok(Commit::Done));
    assert_eq!(kept(&stack, who).await.shown, smile, "what is gone is gone");
}

#[tokio::test]
async fn activity_is_noted_now_and_then() {
    let stack = Stack::new().await;
    let profile = profile("Ada", "Ada");
    stack.table.create_account(&profile, "hash").await.unwrap();
    let last_seen = async || {
        let ask = Ask { profiles: vec![profile.id], ..Ask::default() };
        stack.table.look(ask, NOW).await.unwrap().profiles[&profile.id].last_seen
    };
    let (soon, later) = (NOW.plus_ms(59_999), NOW.plus_ms(60_000));
    stack.table.note_activity(profile.id, soon, 60_000).await.unwrap();
    assert_eq!(last_seen().await, NOW);
    stack.table.note_activity(profile.id, later, 60_000).await.unwrap();
    assert_eq!(last_seen().await, later);
    assert_eq!(stack.table.note_activity(user(), later, 60_000).await, Ok(()), "nobody");
}
