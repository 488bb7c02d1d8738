//! Blocks, and what a direct room knows of them.

use crate::harness::*;
use chat::ports::{Ask, Blocks, Look, OpenRoom};
use domain::{Code, Membership, Role, Room, RoomId, RoomKind, UserId};

fn direct(a: UserId, b: UserId) -> (Room, [Membership; 2]) {
    let room = Room {
        pair: Some((a, b)),
        member_count: 2,
        ..Room::new(RoomId::new(NOW, rand::random()), RoomKind::Direct, a, NOW)
    };
    let pair = [a, b].map(|user| Membership::new(&room, user, Role::Member, NOW));
    (room, pair)
}

#[tokio::test]
async fn a_block_has_a_direction_and_is_there_once() {
    let Stack { table, calls, .. } = &Stack::new().await;
    let (ann, bob, eve) = (user(), user(), user());
    assert_eq!(table.block(ann, bob, NOW).await, Ok(true));
    assert_eq!(table.block(ann, bob, NOW.plus_ms(1)).await, Ok(false), "again");
    assert_eq!(table.block(ann, eve, NOW.plus_ms(2)).await, Ok(true));
    let all = [(ann, bob), (bob, ann), (ann, eve), (eve, ann)];
    calls.take();
    let ask = Ask { blocks: all.into(), ..Ask::default() };
    let seen = table.look(ask, NOW).await.unwrap();
    assert_eq!(seen.blocks, [(ann, bob), (ann, eve)].into());
    assert_eq!(calls.take(), ["BatchGetItem"]);
    assert_eq!(table.blocks_of(ann).await, Ok(vec![(bob, NOW), (eve, NOW.plus_ms(2))]));
    assert_eq!(table.blocks_of(bob).await, Ok(vec![]));
    assert_eq!(table.unblock(ann, bob).await, Ok(true));
    assert_eq!(table.unblock(ann, bob).await, Ok(false), "again");
    assert_eq!(table.unblock(bob, ann).await, Ok(false), "never");
    assert_eq!(table.blocks_of(ann).await, Ok(vec![(eve, NOW.plus_ms(2))]));
}

#[tokio::test]
async fn a_direct_room_knows_who_has_blocked() {
    let stack = Stack::new().await;
    let table = &stack.table;
    let (ann, bob) = (user(), user());
    let (room, [mine, theirs]) = direct(ann, bob);
    assert_eq!(table.open_direct(&room, [&mine, &theirs]).await, Ok(Ok(())));
    let by = async || stack.load_room(room.id).await.unwrap().blocked_by;
    assert_eq!(by().await, []);
    table.block(bob, ann, NOW).await.unwrap();
    assert_eq!(by().await, [bob]);
    table.block(ann, bob, NOW).await.unwrap();
    assert_eq!(by().await.len(), 2);
    table.unblock(bob, ann).await.unwrap();
    assert_eq!(by().await, [ann]);
    table.unblock(ann, bob).await.unwrap();
    assert_eq!(by().await, []);
}

#[tokio::test]
async fn no_direct_room_is_opened_over_a_block() {
    let table = Stack::new().await.table;
    let (ann, bob) = (user(), user());
    table.block(bob, ann, NOW).await.unwrap();
    for (a, b, code) in [(ann, bob, Code::Blocked), (bob, ann, Code::YouBlockedUser)] {
        let (room, [mine, theirs]) = direct(a, b);
        let refused = table.open_direct(&room, [&mine, &theirs]).await.unwrap_err();
        assert_eq!(refused.code, code);
    }
    assert_eq!(table.direct_room(ann, bob).await, Ok(None));
    table.unblock(bob, ann).await.unwrap();
    let (room, [mine, theirs]) = direct(ann, bob);
    assert_eq!(table.open_direct(&room, [&mine, &theirs]).await, Ok(Ok(())));
}
