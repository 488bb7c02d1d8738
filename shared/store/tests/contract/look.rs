//! Many things at once, and what is left out.

use crate::harness::*;
use aws_sdk_dynamodb::types::AttributeValue;
use chat::ports::*;
use domain::{Code, MessageId, RateLimit, RateWindow, RoomId, RoomKind, Session};

#[tokio::test]
async fn everything_that_was_asked_for_and_nothing_else() {
    let stack = Stack::new().await;
    let (room, owner) = stack.room(RoomKind::Private, "r").await;
    let (other, _) = stack.room(RoomKind::Private, "s").await;
    let sent_message = stack.send(&owner, "m").await;
    let who = profile("ann", "Ann");
    assert_eq!(stack.table.create_account(&who, "h").await, Ok(Commit::Done));
    let unknown = RoomId::new(NOW, rand::random());
    let ask = Ask {
        rooms: vec![room.id, other.id, room.id, unknown],
        members: vec![(room.id, owner.user), (other.id, owner.user)],
        profiles: vec![who.id, user()],
        messages: vec![sent_message.id, MessageId { room: room.id, seq: 77 }],
        ..Ask::default()
    };
    let seen = stack.table.look(ask, NOW).await.unwrap();
    assert_eq!(seen.rooms.len(), 2);
    assert_eq!(seen.members.keys().copied().collect::<Vec<_>>(), [(room.id, owner.user)]);
    assert_eq!(seen.profiles.into_values().collect::<Vec<_>>(), [who]);
    assert_eq!(seen.messages.into_values().collect::<Vec<_>>(), [sent_message]);
    assert_eq!((seen.session, seen.sent, seen.rate), (None, None, RateWindow::default()));
    let nothing = stack.table.look(Ask::default(), NOW).await.unwrap();
    assert!(nothing.rooms.is_empty());
}

#[tokio::test]
async fn more_than_a_hundred() {
    let stack = Stack::new().await;
    let (room, owner) = stack.room(RoomKind::Private, "r").await;
    for seq in 1..=250 {
        stack.store(&message(&owner, seq, seq, "m")).await;
    }
    stack.calls.take();
    let messages = (1..=250).map(|seq| MessageId { room: room.id, seq }).collect();
    let seen = stack.table.look(Ask { messages, ..Ask::default() }, NOW).await.unwrap();
    assert_eq!(seen.messages.len(), 250);
    assert_eq!(stack.calls.take(), ["BatchGetItem"; 3]);
}

#[tokio::test]
async fn expired_rows_are_gone_though_they_are_there() {
    let stack = Stack::new().await;
    let ends_at = NOW.plus_ms(1_500);
    let open = Session {
        id: session(),
        user: user(),
        created_at: NOW,
        expires_at: ends_at,
        refresh_hash: "h".into(),
        previous: Some(("p".into(), NOW)),
        device: Some("Firefox".into()),
    };
    stack.table.put_session(&open).await.unwrap();
    let status = domain::Profile {
        status_message: Some("lunch".into()),
        status_expires_at: Some(ends_at),
        ..profile("ann", "Ann")
    };
    assert_eq!(stack.table.create_account(&status, "h").await, Ok(Commit::Done));
    let ask =
        || Ask { session: Some((open.user, open.id)), profiles: vec![status.id], ..Ask::default() };
    let seen = stack.table.look(ask(), ends_at.plus_ms(-1)).await.unwrap();
    assert_eq!(seen.session, Some(open.clone()));
    assert_eq!(seen.profiles[&status.id], status);
    let seen = stack.table.look(ask(), ends_at).await.unwrap();
    assert_eq!(seen.session, None);
    assert_eq!(seen.profiles[&status.id].status_message, None);
}

#[tokio::test]
async fn an_ended_rate_window_counts_nothing_and_can_be_replaced() {
    let stack = Stack::new().await;
    let limit = RateLimit { max: 2, window_ms: 1_000 };
    let of = RateKey::Login("ann".into(), "2001:db8::1".into());
    let seen = async |now| {
        let ask = Ask { rate: Some(of.clone()), ..Ask::default() };
        stack.table.look(ask, now).await.unwrap().rate
    };
    let (first, _) = seen(NOW).await.take(limit, NOW).unwrap();
    assert_eq!(stack.table.save_rate(&of, &first, limit).await, Ok(Commit::Done));
    assert_eq!(stack.table.save_rate(&of, &first, limit).await, Ok(Commit::Stale));
    assert_eq!(seen(NOW).await, first);
    let (second, _) = first.take(limit, NOW).unwrap();
    assert_eq!(stack.table.save_rate(&of, &second, limit).await, Ok(Commit::Done));
    assert!(seen(NOW).await.take(limit, NOW).is_err());

    let later = NOW.plus_ms(2_000);
    let ended = seen(later).await;
    assert_eq!(ended.slots, vec![]);
    let (third, taken) = ended.take(limit, later).unwrap();
    assert_eq!(taken.remaining, 1);
    assert_eq!(stack.table.save_rate(&of, &third, limit).await, Ok(Commit::Done));
    assert_eq!(stack.table.save_rate(&of, &third, limit).await, Ok(Commit::Stale));
}

#[tokio::test]
async fn a_garbled_item_is_an_error_that_names_the_attribute() {
    let stack = Stack::new().await;
    let (room, _) = stack.room(RoomKind::Private, "r").await;
    stack
        .client
        .update_item()
        .table_name(&stack.name)
        .key("PK", AttributeValue::S(format!("ROOM#{}", room.id)))
        .key("SK", AttributeValue::S("ROOM".into()))
        .update_expression("SET kind = :k")
        .expression_attribute_values(":k", AttributeValue::S("secret".into()))
        .send()
        .await
        .unwrap();
    let ask = Ask { rooms: vec![room.id], ..Ask::default() };
    let error = stack.table.look(ask, NOW).await.unwrap_err();
    assert_eq!(error.code, Code::Unavailable);
    assert!(error.detail.contains("kind") && !error.detail.contains("secret"), "{error}");
}

#[tokio::test]
async fn a_missing_table_is_an_error_with_its_code() {
    let stack = Stack::new().await;
    let nowhere = store::Table::new(stack.client.clone(), "no-such-table");
    let ask = Ask { profiles: vec![user()], ..Ask::default() };
    let read = nowhere.look(ask, NOW).await.unwrap_err();
    assert_eq!(read.detail, "dynamodb BatchGetItem: ResourceNotFoundException");
    let written = nowhere.publish_key("k", "h").await.unwrap_err();
    assert_eq!(written.detail, "dynamodb PutItem: ResourceNotFoundException");
    let room = RoomId::new(NOW, rand::random());
    let deleted = nowhere.delete_room(room, user(), None, NOW).await.unwrap_err();
    assert_eq!(deleted.detail, "dynamodb TransactWriteItems: ResourceNotFoundException");
}
