//! Purging: nothing of a room is left but that its id is used up.

use crate::harness::*;
use chat::ports::*;
use domain::{Ban, Change, Invite, InviteCode, Membership, Pin, Role, RoomKind};

/// Everything in the table, as partition and sort key.
async fn everything(stack: &Stack) -> Vec<(String, String)> {
    #[allow(clippy::disallowed_methods, reason = "a test looks at all there is")]
    let all = stack.client.scan().table_name(&stack.name).send().await.unwrap();
    let text = |item: &std::collections::HashMap<String, _>, name: &str| {
        let value: &aws_sdk_dynamodb::types::AttributeValue = &item[name];
        value.as_s().unwrap().clone()
    };
    all.items().iter().map(|item| (text(item, "PK"), text(item, "SK"))).collect()
}

#[tokio::test]
async fn only_the_id_is_left() {
    let stack = Stack::new().await;
    let table = &stack.table;
    let (room, owner) = stack.room(RoomKind::Public, "r").await;
    let (other, _) = stack.room(RoomKind::Public, "another").await;
    let before = everything(&stack).await;
    let others = before.into_iter().filter(|(pk, _)| !pk.contains(&room.id.to_string()));
    let mut others: Vec<_> = others.filter(|(_, sk)| !sk.contains(&room.id.to_string())).collect();

    let one = member(room.id, user(), Role::Member);
    let joined = Change::UserJoined { user: one.user, role: one.role, silenced_until: None };
    let seq = table.take_event_seq(room.id, NOW).await.unwrap().seq;
    assert_eq!(
        table.add_member(&one, &entry(room.id, seq, one.user, joined)).await,
        Ok(Commit::Done)
    );
    let message = stack.send(&owner, "secret").await;
    for _ in 0..30 {
        stack.send(&owner, "more").await;
    }
    let pin = Pin { message: message.id, seq: 90, by: owner.user, at: NOW };
    let pinned =
        entry(room.id, 90, owner.user, Change::MessagePinned { message_seq: message.id.seq });
    assert_eq!(table.pin(&pin, true, &pinned).await, Ok(Commit::Done));
    let ban = Ban { room: room.id, user: user(), by: owner.user, at: NOW, reason: None };
    assert_eq!(table.ban(&ban, None).await, Ok(Commit::Done));
    let invite = Invite {
        code: InviteCode::new(rand::random),
        room: room.id,
        creator: owner.user,
        created_at: NOW,
        expires_at: NOW.plus_ms(1),
        max_uses: None,
        uses: 0,
        revoked_at: None,
    };
    assert_eq!(table.put_invite(&invite, None).await, Ok(Commit::Done));

    assert_eq!(table.deleted_room(room.id).await, Ok(None), "it stands");
    assert_eq!(table.delete_room(room.id, owner.user, None, NOW).await, Ok(Commit::Done));
    let last = table.deleted_room(room.id).await.unwrap().unwrap();
    let (members, _) = table.recipients(room.id, 9, None).await.unwrap();
    assert_eq!(members.len(), 2, "they can still be told");
    table.forget_members(room.id, &members).await.unwrap();
    table.forget_members(room.id, &members).await.unwrap();
    assert_eq!(table.rooms_of(one.user).await, Ok(vec![]));
    assert_eq!(table.forget_rows(room.id, 2).await, Ok(2));
    // The ban or pin, the invitation, and the record that the pin left.
    assert_eq!(table.forget_rows(room.id, 9).await, Ok(2));
    assert_eq!(table.forget_rows(room.id, 9).await, Ok(0));
    for bucket in 0..=last {
        while table.forget_bucket(room.id, bucket, 10, NOW).await.unwrap() > 0 {}
    }
    table.finish_purge(room.id, NOW).await.unwrap();
    table.finish_purge(room.id, NOW).await.unwrap();
    assert_eq!(table.deleted_room(room.id).await, Ok(None), "once is enough");

    let mut left = everything(&stack).await;
    // The sender's own rate window is no part of the room.
    left.retain(|(_, sk)| !sk.starts_with("RATE"));
    others.push((format!("ROOM#{}", room.id), "ROOM".to_owned()));
    left.sort();
    others.sort();
    assert_eq!(left, others);
    assert!(stack.load_room(other.id).await.is_some());
    let again: &Membership = &owner;
    assert_eq!(table.open_room(&room, again).await, Ok(Commit::Stale), "its id is used up");
}
