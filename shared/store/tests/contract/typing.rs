//! Who is typing, for how long.

use crate::harness::*;
use chat::ports::{Typing, WatchTyping};
use domain::RoomId;
use futures_util::future::join_all;

#[tokio::test]
async fn a_start_is_noted_once_in_three_seconds() {
    let stack = Stack::new().await;
    let (who, room) = (user(), RoomId::new(NOW, rand::random()));
    let start = |ms| stack.table.start_typing(who, room, NOW.plus_ms(ms));
    let stop = |ms| stack.table.stop_typing(who, room, NOW.plus_ms(ms));
    let starts = join_all((0..10).map(|_| start(0))).await;
    assert_eq!(starts.iter().filter(|s| **s == Ok(true)).count(), 1, "{starts:?}");
    assert_eq!(start(2_999).await, Ok(false));
    assert_eq!(start(3_000).await, Ok(true));
    assert_eq!(stop(3_500).await, Ok(true));
    assert_eq!(stop(3_500).await, Ok(false));
    assert_eq!(start(3_600).await, Ok(false), "stopping is no way round the limit");
    assert_eq!(start(6_000).await, Ok(true));
    assert_eq!(stop(11_000).await, Ok(false), "it ended by itself");
    assert_eq!(start(11_000).await, Ok(true));
    let other = RoomId::new(NOW, rand::random());
    assert_eq!(stack.table.start_typing(who, other, NOW).await, Ok(true), "each room for itself");
    assert_eq!(stack.table.stop_typing(user(), room, NOW).await, Ok(false));
}

#[tokio::test]
async fn leaving_ends_it_everywhere() {
    let stack = Stack::new().await;
    let who = user();
    let mut rooms: Vec<_> = (0..4).map(|_| RoomId::new(NOW, rand::random())).collect();
    rooms.sort_unstable();
    for (room, ago) in rooms.iter().zip([0, 0, 5_000, 0]) {
        let at = NOW.plus_ms(-ago);
        assert_eq!(stack.table.start_typing(who, *room, at).await, Ok(true));
    }
    assert_eq!(stack.table.stop_typing(who, rooms[1], NOW).await, Ok(true));
    let ended = stack.table.stop_typing_everywhere(who, NOW).await.unwrap();
    assert_eq!(ended, [rooms[0], rooms[3]], "neither the stopped nor the expired");
    assert_eq!(stack.table.stop_typing_everywhere(who, NOW).await, Ok(vec![]));
}

#[tokio::test]
async fn since_when_somebody_types() {
    let stack = Stack::new().await;
    let table = &stack.table;
    let (who, room) = (user(), RoomId::new(NOW, rand::random()));
    let since = async |at| table.typing_since(who, room, at).await.unwrap();
    assert_eq!(since(NOW).await, None);
    assert!(table.start_typing(who, room, NOW).await.unwrap());
    assert_eq!(since(NOW.plus_ms(4_999)).await, Some(NOW));
    assert_eq!(since(NOW.plus_ms(5_000)).await, None, "it has expired");
    assert!(table.start_typing(who, room, NOW.plus_ms(3_000)).await.unwrap());
    assert_eq!(since(NOW.plus_ms(4_000)).await, Some(NOW.plus_ms(3_000)), "said anew");
    assert!(table.stop_typing(who, room, NOW.plus_ms(4_000)).await.unwrap());
    assert_eq!(since(NOW.plus_ms(4_001)).await, None, "ended");
}
