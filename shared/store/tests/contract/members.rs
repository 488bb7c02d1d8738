//! Memberships, read marks, lists of members.

use crate::harness::*;
use chat::ports::*;
use domain::{Change, Code, LeaveReason, Membership, ReadMark, Role, RoomId, RoomKind, UserId};
use futures_util::future::join_all;

fn joined(member: &Membership, seq: u64) -> domain::LogEntry {
    let change = Change::UserJoined { user: member.user, role: member.role, silenced_until: None };
    entry(member.room, seq, member.user, change)
}

fn left(member: &Membership, seq: u64) -> domain::LogEntry {
    let change = Change::UserLeft { user: member.user, reason: LeaveReason::Left };
    entry(member.room, seq, member.user, change)
}

#[tokio::test]
async fn joining_and_leaving_keep_every_side_in_step() {
    let stack = Stack::new().await;
    let (room, _) = stack.room(RoomKind::Public, "r").await;
    let one = Membership {
        read: ReadMark { seq: 4, ordinal: 3 },
        hidden_seq: Some(9),
        ..member(room.id, user(), Role::Admin)
    };
    assert_eq!(stack.table.add_member(&one, &joined(&one, 1)).await, Ok(Commit::Done));
    assert_eq!(stack.load_member(room.id, one.user).await, Some(one.clone()));
    assert_eq!(stack.load_room(room.id).await.unwrap().member_count, 2);
    assert_eq!(stack.table.rooms_of(one.user).await, Ok(vec![room.id]));
    assert_eq!(stack.table.add_member(&one, &joined(&one, 2)).await, Ok(Commit::Stale));

    let other_role = Membership { role: Role::Owner, ..one.clone() };
    assert_eq!(stack.table.remove_member(&other_role, &left(&one, 2)).await, Ok(Commit::Stale));
    assert_eq!(stack.table.remove_member(&one, &left(&one, 2)).await, Ok(Commit::Done));
    assert_eq!(stack.load_member(room.id, one.user).await, None);
    assert_eq!(stack.load_room(room.id).await.unwrap().member_count, 1);
    assert_eq!(stack.table.rooms_of(one.user).await, Ok(vec![]));
    assert_eq!(stack.table.remove_member(&one, &left(&one, 3)).await, Ok(Commit::Stale));
    let (_, log) = stack.table.log(room.id, 0, 3, 9).await.unwrap();
    assert_eq!(log, vec![joined(&one, 1), left(&one, 2)]);
}

#[tokio::test]
async fn a_crowd_joins_and_none_is_lost() {
    let stack = Stack::new().await;
    let (room, _) = stack.room(RoomKind::Public, "r").await;
    let crowd: Vec<_> = (0..20).map(|_| member(room.id, user(), Role::Member)).collect();
    let added = join_all(crowd.iter().enumerate().map(|(i, one)| {
        let table = &stack.table;
        async move { table.add_member(one, &joined(one, i as u64 + 1)).await.unwrap() }
    }))
    .await;
    let done = added.iter().filter(|c| **c == Commit::Done).count();
    assert_eq!(done, 20);
    assert_eq!(stack.load_room(room.id).await.unwrap().member_count, 21);
}

#[tokio::test]
async fn pages_of_members_and_recipients() {
    let stack = Stack::new().await;
    let (room, owner) = stack.room(RoomKind::Public, "r").await;
    let mut all = vec![owner.user];
    for seq in 1..=5 {
        let one = member(room.id, user(), Role::Member);
        assert_eq!(stack.table.add_member(&one, &joined(&one, seq)).await, Ok(Commit::Done));
        all.push(one.user);
    }
    all.sort_unstable();
    let first = stack.table.members(room.id, 4, None).await.unwrap();
    let ids = |page: &Page<Membership>| page.items.iter().map(|m| m.user).collect::<Vec<_>>();
    assert_eq!(ids(&first), all[..4]);
    assert_eq!(first.next, Some(all[3].to_string()));
    let rest = stack.table.members(room.id, 4, Some(all[3])).await.unwrap();
    assert_eq!((ids(&rest), rest.next), (all[4..].to_vec(), None));

    assert_eq!(stack.table.recipients(room.id, 6, None).await, Ok((all.clone(), None)));
    let (users, next) = stack.table.recipients(room.id, 5, None).await.unwrap();
    assert_eq!((&users[..], next), (&all[..5], Some(all[4])));
    assert_eq!(stack.table.recipients(room.id, 5, next).await, Ok((vec![all[5]], None)));
    // After somebody who has left, or was never there.
    let (users, _) = stack
        .table
        .recipients(room.id, 5, Some(UserId::new(NOW.plus_ms(-1), [0; 10])))
        .await
        .unwrap();
    assert_eq!(users[0], all[0]);
    let unknown = RoomId::new(NOW, rand::random());
    assert_eq!(stack.table.recipients(unknown, 5, None).await, Ok((vec![], None)));
}

#[tokio::test]
async fn marks_move_forward_only() {
    let stack = Stack::new().await;
    let (room, owner) = stack.room(RoomKind::Private, "r").await;
    let mark = |seq| ReadMark { seq, ordinal: seq };
    let read = async |seq| {
        let was = stack.load_member(room.id, owner.user).await.unwrap();
        stack.table.mark_read(&was, mark(seq), NOW).await
    };
    assert_eq!(read(5).await, Ok(Commit::Done));
    assert_eq!(read(5).await, Ok(Commit::Stale));
    assert_eq!(read(4).await, Ok(Commit::Stale));
    assert_eq!(read(6).await, Ok(Commit::Done));
    assert_eq!(stack.load_member(room.id, owner.user).await.unwrap().read, mark(6));
    let stranger = member(room.id, user(), Role::Member);
    assert_eq!(stack.table.mark_read(&stranger, mark(9), NOW).await, Ok(Commit::Stale));
    assert_eq!(stack.table.mark_unread(&stranger, mark(0), &[]).await, Ok(Commit::Stale));
    let delivered = stack.table.mark_delivered(room.id, stranger.user, 9, NOW).await;
    assert_eq!(delivered, Ok(Commit::Stale));
    assert_eq!(stack.load_member(room.id, stranger.user).await, None);
    let was = stack.load_member(room.id, owner.user).await.unwrap();
    let all = join_all((7..27).map(|seq| stack.table.mark_read(&was, mark(seq), NOW))).await;
    assert!(all.iter().all(Result::is_ok));
    assert_eq!(stack.load_member(room.id, owner.user).await.unwrap().read, mark(26));
}

#[tokio::test]
async fn hiding_a_room() {
    let stack = Stack::new().await;
    let (room, owner) = stack.room(RoomKind::Private, "r").await;
    assert_eq!(stack.table.hide_room(room.id, owner.user, 7).await, Ok(()));
    assert_eq!(stack.load_member(room.id, owner.user).await.unwrap().hidden_seq, Some(7));
    let stranger = stack.table.hide_room(room.id, user(), 7).await.unwrap_err();
    assert_eq!(stranger.code, Code::NotAMember);
}
