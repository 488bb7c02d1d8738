//! How many requests a port method makes. A change here is a change of what the chat costs.

use crate::harness::*;
use chat::ports::*;
use domain::{
    Change, Connection, ConnectionId, LeaveReason, Message, ReadMark, Role, RoomKind, Session,
    Shown, Subscription,
};

#[tokio::test]
async fn a_send_is_three_requests() {
    let stack = Stack::new().await;
    let (room, owner) = stack.room(RoomKind::Private, "r").await;
    let who = owner.user;
    let root = stack.send(&owner, "root").await;
    stack.calls.take();
    let ask = Ask {
        session: Some((who, session())),
        rooms: vec![room.id],
        members: vec![(room.id, who)],
        profiles: vec![who],
        messages: vec![root.id],
        rate: Some(RateKey::Send(who)),
        sent: Some((who, room.id, "k".into())),
        usernames: vec!["somebody".into()],
        bans: vec![(room.id, who)],
        silences: vec![(room.id, who)],
        invites: vec![domain::InviteCode::new(rand::random)],
        invited: Some((who, room.id, "k".into())),
        blocks: vec![(who, root.sender)],
        ..Ask::default()
    };
    let seen = stack.table.look(ask, NOW).await.unwrap();
    assert_eq!(stack.calls.take(), ["BatchGetItem"], "twelve asks, one request");

    let place = stack.table.take_message_seq(room.id, NOW).await.unwrap();
    assert_eq!(stack.calls.take(), ["UpdateItem"]);

    let (window, _) = seen.rate.take(LIMIT, NOW).unwrap();
    let m = Message {
        client_key: Some("k".into()),
        ..message(&owner, place.seq, place.ordinal, "reply")
    };
    let record = sent(place.seq);
    let new = NewMessage { message: &m, sent: Some(&record), rate: (&window, LIMIT) };
    assert_eq!(stack.table.commit_message(new).await, Ok(Commit::Done));
    assert_eq!(stack.calls.take(), ["TransactWriteItems"]);

    let range =
        Range { after: None, before: None, last_seq: place.seq, newest_first: true, limit: 50 };
    assert_eq!(stack.table.history(room.id, range).await.unwrap().len(), 2);
    assert_eq!(stack.calls.take(), ["Query"], "a page that is not full has no bucket before it");
    stack.table.log(room.id, 0, place.seq, 50).await.unwrap();
    assert_eq!(stack.calls.take(), ["Query", "Query"], "side by side");
}

#[tokio::test]
async fn each_change_is_one_transaction() {
    let stack = Stack::new().await;
    let (room, owner) = stack.room(RoomKind::Public, "r").await;
    let m = stack.send(&owner, "m").await;
    let table = &stack.table;
    let transaction = || assert_eq!(stack.calls.take(), ["TransactWriteItems"]);
    stack.calls.take();
    let change = |seq, change| entry(room.id, seq, owner.user, change);

    let edit = change(2, Change::MessageUpdated { message_seq: 1 });
    let edited = Message { body: "x".into(), ..m.clone() };
    assert_eq!(table.commit_edit(&m, &edited, &edit).await, Ok(Commit::Done));
    transaction();
    let emoji = || "🔥".to_owned();
    let add = change(3, Change::ReactionAdded { message_seq: 1, emoji: emoji() });
    assert_eq!(table.commit_reaction(m.id, "🔥", &add).await, Ok(Reacted::Done));
    transaction();
    let remove = change(4, Change::ReactionRemoved { message_seq: 1, emoji: emoji() });
    assert_eq!(table.commit_unreaction(m.id, "🔥", &remove).await, Ok(Reacted::Done));
    assert_eq!(stack.calls.take().len(), 2, "the last one needs a second look");
    let was = Message { changed_seq: 2, edits: 1, ..m.clone() };
    let delete = change(5, Change::MessageDeleted { message_seq: 1 });
    assert_eq!(table.commit_delete(&was, &delete).await, Ok(Commit::Done));
    transaction();
    let one = member(room.id, user(), Role::Member);
    let joined =
        change(6, Change::UserJoined { user: one.user, role: one.role, silenced_until: None });
    assert_eq!(table.add_member(&one, &joined).await, Ok(Commit::Done));
    transaction();
    let left = change(7, Change::UserLeft { user: one.user, reason: LeaveReason::Removed });
    assert_eq!(table.remove_member(&one, &left).await, Ok(Commit::Done));
    transaction();
    assert_eq!(
        table.commit_room(&room, &room, &change(8, Change::RoomUpdated { renamed: None })).await,
        Ok(Commit::Done)
    );
    transaction();
    assert_eq!(table.delete_room(room.id, owner.user, Some(1), NOW).await, Ok(Commit::Done));
    transaction();
}

#[tokio::test]
async fn everything_else_is_one_request() {
    let stack = Stack::new().await;
    let (room, owner) = stack.room(RoomKind::Public, "r").await;
    let (table, who) = (&stack.table, owner.user);
    let one = |operation: &str| assert_eq!(stack.calls.take(), [operation]);
    stack.calls.take();
    table.mark_read(&owner, ReadMark { seq: 1, ordinal: 1 }, NOW).await.unwrap();
    one("UpdateItem");
    table.mark_unread(&owner, ReadMark::default(), &[1]).await.unwrap();
    one("UpdateItem");
    table.mark_delivered(room.id, who, 1, NOW).await.unwrap();
    one("UpdateItem");
    let root = domain::MessageId { room: room.id, seq: 1 };
    let range = Range { after: None, before: None, last_seq: 9, newest_first: false, limit: 50 };
    table.replies(root, range).await.unwrap();
    one("Query");
    table.versions(root).await.unwrap();
    one("Query");
    table.rooms_of(who).await.unwrap();
    one("Query");
    table.public_rooms(None, 50, None).await.unwrap();
    one("Query");
    table.members(room.id, 50, None).await.unwrap();
    one("Query");
    table.recipients(room.id, 500, None).await.unwrap();
    one("Query");
    let s = Session {
        id: session(),
        user: who,
        created_at: NOW,
        expires_at: NOW,
        refresh_hash: "h".into(),
        previous: None,
        device: None,
    };
    table.put_session(&s).await.unwrap();
    one("PutItem");
    table.rotate_session(&s, &s).await.unwrap();
    one("PutItem");
    table.end_session(who, s.id).await.unwrap();
    one("DeleteItem");
    table.take_ticket("h", NOW).await.unwrap();
    one("DeleteItem");
    table.start_typing(who, room.id, NOW).await.unwrap();
    one("UpdateItem");
    table.stop_typing(who, room.id, NOW).await.unwrap();
    one("UpdateItem");
    table.stop_typing_everywhere(who, NOW).await.unwrap();
    one("Query");
    let connection = |id: &str| Connection {
        subscription: Subscription::Explicit(Vec::new()),
        ..Connection::new(ConnectionId(id.into()), s.id, NOW, NOW.plus_ms(1))
    };
    let (first, second) = (connection("1"), connection("2"));
    table.add_connection(who, &first, NOW).await.unwrap();
    assert_eq!(stack.calls.take().len(), 2, "a user's first ever creates the item");
    table.add_connection(who, &second, NOW).await.unwrap();
    one("UpdateItem");
    table.subscribe(who, &second.id, room.id, true).await.unwrap();
    one("UpdateItem");
    table.count_bad_frame(who, &second.id).await.unwrap();
    one("UpdateItem");
    table.connections(&[who], NOW).await.unwrap();
    one("BatchGetItem");
    table.touch(who, &second.id, NOW.plus_ms(1), 1).await.unwrap();
    one("UpdateItem");
    table.set_away(who, &second.id, true, NOW).await.unwrap();
    one("UpdateItem");
    table.show(who, 5, &Shown::default()).await.unwrap();
    one("UpdateItem");
    table.settle(who, 5, Some(NOW)).await.unwrap();
    one("UpdateItem");
    table.note_activity(who, NOW, 60_000).await.unwrap();
    one("UpdateItem");
    table.drop_connections(who, &[first.id, second.id], NOW).await.unwrap();
    one("UpdateItem");
}
