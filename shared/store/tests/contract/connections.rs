//! Open sockets.

use crate::harness::*;
use chat::ports::*;
use domain::{Code, Connection, ConnectionId, Face, RoomId, Subscription, Timestamp, UserId};
use futures_util::future::join_all;

fn connection(id: &str, subscription: Subscription) -> Connection {
    let id = ConnectionId(id.into());
    Connection { subscription, ..Connection::new(id, session(), NOW, NOW.plus_ms(60_000)) }
}

async fn open(stack: &Stack, of: UserId, now: Timestamp) -> Vec<Connection> {
    let found = stack.table.connections(&[of], now).await.unwrap();
    found.into_iter().flat_map(|(_, kept)| kept.connections).collect()
}

fn ids(connections: &[Connection]) -> Vec<&str> {
    connections.iter().map(|c| c.id.0.as_str()).collect()
}

#[tokio::test]
async fn connections_come_and_go() {
    let stack = Stack::new().await;
    let who = user();
    // API Gateway's ids are base64: they hold characters that no expression takes as they are.
    let one = Connection { batch: true, ..connection("L0SM9cOFvHcCIhw=", Subscription::All) };
    let two = connection("a.b/c+d==", Subscription::Explicit(Vec::new()));
    assert_eq!(open(&stack, who, NOW).await, vec![]);
    assert!(stack.table.drop_connections(who, std::slice::from_ref(&one.id), NOW).await.is_ok());
    stack.table.add_connection(who, &one, NOW).await.unwrap();
    stack.table.add_connection(who, &two, NOW).await.unwrap();
    assert_eq!(open(&stack, who, NOW).await, vec![one.clone(), two.clone()]);
    let gone = [two.id.clone(), ConnectionId("unknown".into())];
    assert!(stack.table.drop_connections(who, &gone, NOW).await.is_ok());
    assert_eq!(open(&stack, who, NOW).await, vec![one.clone()], "exactly that one");
    assert!(stack.table.drop_connections(who, &[one.id], NOW).await.is_ok());
    assert!(stack.table.drop_connections(who, &[], NOW).await.is_ok());
    assert_eq!(open(&stack, who, NOW).await, vec![]);
    stack.table.add_connection(who, &two, NOW).await.unwrap();
    assert_eq!(open(&stack, who, NOW).await, vec![two]);
}

#[tokio::test]
async fn many_connect_at_once() {
    let stack = Stack::new().await;
    let who = user();
    let all: Vec<_> = (10..30).map(|i| connection(&format!("c{i}"), Subscription::All)).collect();
    for added in join_all(all.iter().map(|c| stack.table.add_connection(who, c, NOW))).await {
        added.unwrap();
    }
    assert_eq!(open(&stack, who, NOW).await.len(), 20);
}

#[tokio::test]
async fn the_expired_and_the_oldest_beyond_fifty_go() {
    let stack = Stack::new().await;
    let who = user();
    let expired = Connection { expires_at: NOW, ..connection("old", Subscription::All) };
    stack.table.add_connection(who, &expired, NOW.plus_ms(-1)).await.unwrap();
    assert_eq!(ids(&open(&stack, who, NOW.plus_ms(-1)).await), ["old"]);
    assert_eq!(open(&stack, who, NOW).await, vec![], "expired, though it is there");
    for i in 0..52 {
        let opened_at = NOW.plus_ms(i);
        let c = Connection { opened_at, ..connection(&format!("c{i:02}"), Subscription::All) };
        stack.table.add_connection(who, &c, opened_at).await.unwrap();
    }
    let left = open(&stack, who, NOW.plus_ms(-1)).await;
    assert_eq!(left.len(), 50);
    assert_eq!((ids(&left)[0], ids(&left)[49]), ("c02", "c51"));
}

#[tokio::test]
async fn subscriptions_of_explicit_connections() {
    let stack = Stack::new().await;
    let who = user();
    let mut rooms: Vec<_> = (0..3).map(|_| RoomId::new(NOW, rand::random())).collect();
    rooms.sort_unstable();
    let explicit = connection("e", Subscription::Explicit(vec![rooms[0]]));
    let all = connection("a", Subscription::All);
    let table = &stack.table;
    // Nobody there yet: nothing happens.
    assert_eq!(table.subscribe(who, &explicit.id, rooms[1], true).await, Ok(()));
    table.add_connection(who, &explicit, NOW).await.unwrap();
    table.add_connection(who, &all, NOW).await.unwrap();
    for room in &rooms {
        for id in [&explicit.id, &all.id, &ConnectionId("unknown".into())] {
            assert_eq!(table.subscribe(who, id, *room, true).await, Ok(()));
        }
    }
    assert_eq!(table.subscribe(who, &explicit.id, rooms[1], false).await, Ok(()));
    assert_eq!(table.subscribe(who, &explicit.id, rooms[1], false).await, Ok(()));
    assert_eq!(table.subscribe(who, &all.id, rooms[1], false).await, Ok(()));
    let open = open(&stack, who, NOW).await;
    assert_eq!(open[0], Connection { current_room: Some(rooms[2]), ..all });
    assert_eq!(open[1].current_room, Some(rooms[2]));
    assert_eq!(open[1].subscription, Subscription::Explicit(vec![rooms[0], rooms[2]]));

    let many = (0..150).map(|_| RoomId::new(NOW, rand::random())).collect::<Vec<_>>();
    let full = connection("f", Subscription::Explicit(many.clone()));
    table.add_connection(who, &full, NOW).await.unwrap();
    assert_eq!(table.subscribe(who, &full.id, many[0], true).await, Ok(()));
    let refused = table.subscribe(who, &full.id, rooms[0], true).await.unwrap_err();
    assert_eq!(refused.code, Code::ValidationFailed);
}

#[tokio::test]
async fn bad_frames_are_counted_per_connection() {
    let stack = Stack::new().await;
    let who = user();
    let (one, two) = (connection("1=", Subscription::All), connection("2=", Subscription::All));
    stack.table.add_connection(who, &one, NOW).await.unwrap();
    stack.table.add_connection(who, &two, NOW).await.unwrap();
    for wanted in 1..=10 {
        assert_eq!(stack.table.count_bad_frame(who, &one.id).await, Ok(wanted));
    }
    assert_eq!(stack.table.count_bad_frame(who, &two.id).await, Ok(1));
    let unknown = ConnectionId("unknown".into());
    assert_eq!(stack.table.count_bad_frame(who, &unknown).await, Ok(1));
    assert_eq!(stack.table.count_bad_frame(user(), &unknown).await, Ok(1));
    assert_eq!(open(&stack, who, NOW).await.len(), 2);
}

#[tokio::test]
async fn connections_of_many_users() {
    let stack = Stack::new().await;
    let users: Vec<UserId> = (0..120).map(|_| user()).collect();
    for (i, who) in users.iter().enumerate().step_by(2) {
        let c = connection(&format!("c{i}"), Subscription::All);
        stack.table.add_connection(*who, &c, NOW).await.unwrap();
    }
    stack.calls.take();
    let found = stack.table.connections(&users, NOW).await.unwrap();
    assert_eq!(stack.calls.take(), ["BatchGetItem"; 2]);
    let with: Vec<UserId> = found.iter().map(|(who, _)| *who).collect();
    assert_eq!(with, users.iter().step_by(2).copied().collect::<Vec<_>>());
    assert!(found.iter().all(|(_, kept)| kept.connections.len() == 1));
}

#[tokio::test]
async fn connections_of_a_face_keep_topics() {
    let stack = Stack::new().await;
    let who = user();
    let id = ConnectionId::of(Face::Pleroma, "L0SM9cOFvHcCIhw=");
    let started =
        Connection { topics: vec!["user".into()], ..connection(&id.0, Subscription::All) };
    stack.table.add_connection(who, &started, NOW).await.unwrap();
    stack.table.follow(who, &id, "user:pleroma_chat", true).await.unwrap();
    stack.table.follow(who, &id, "user:pleroma_chat", true).await.unwrap();
    stack.table.follow(who, &id, "user", false).await.unwrap();
    let gone = ConnectionId::of(Face::Pleroma, "gone");
    stack.table.follow(who, &gone, "user", true).await.unwrap();
    let now = open(&stack, who, NOW).await;
    assert_eq!(now, vec![Connection { topics: vec!["user:pleroma_chat".into()], ..started }]);
}

#[tokio::test]
async fn who_speaks_over_a_connection_is_known_until_their_token_ends() {
    let stack = Stack::new().await;
    let id = ConnectionId::of(Face::Cadmium, "L0SM9cOFvHcCIhw=");
    let who = chat::Principal { user: user(), session: session(), expires_at: NOW.plus_ms(1_000) };
    assert_eq!(stack.table.caller(&id, NOW).await, Ok(None));
    stack.table.note_caller(&id, who).await.unwrap();
    assert_eq!(stack.table.caller(&id, NOW).await, Ok(Some(who)));
    assert_eq!(stack.table.caller(&id, NOW.plus_ms(1_000)).await, Ok(None));
    stack.table.forget_caller(&id).await.unwrap();
    stack.table.forget_caller(&id).await.unwrap();
    assert_eq!(stack.table.caller(&id, NOW).await, Ok(None));
}
