//! Rooms: opening, counting, changing, deleting, the directory.

use crate::harness::*;
use chat::ports::*;
use domain::{Change, Code, Role, Room, RoomId, RoomKind, VOIDS_MAX};
use futures_util::future::join_all;

#[tokio::test]
async fn a_room_reads_back_whole() {
    let stack = Stack::new().await;
    let owner = member(RoomId::new(NOW, rand::random()), user(), Role::Owner);
    let room = Room {
        name: Some("Überraschung".into()),
        description: Some("a\nb".into()),
        last_message_at: Some(NOW),
        last_seq: 3,
        message_count: 2,
        last_message_seq: 3,
        pair: Some((owner.user, user())),
        kind: RoomKind::Public,
        ..room_of(&owner)
    };
    assert_eq!(stack.table.open_room(&room, &owner).await, Ok(Commit::Done));
    assert_eq!(stack.load_room(room.id).await, Some(room.clone()));
    assert_eq!(stack.load_member(room.id, owner.user).await, Some(owner.clone()));
    assert_eq!(stack.table.rooms_of(owner.user).await, Ok(vec![room.id]));
    assert_eq!(stack.table.open_room(&room, &owner).await, Ok(Commit::Stale), "the id is taken");
}

#[tokio::test]
async fn numbers_have_no_gaps_and_no_doubles() {
    let stack = Stack::new().await;
    let (room, _) = stack.room(RoomKind::Private, "r").await;
    let taken = join_all((0..50).map(|i| {
        let table = &stack.table;
        async move {
            match i % 2 {
                0 => table.take_message_seq(room.id, NOW).await.unwrap(),
                _ => table.take_event_seq(room.id, NOW).await.unwrap(),
            }
        }
    }))
    .await;
    let mut seqs: Vec<u64> = taken.iter().map(|t| t.seq).collect();
    seqs.sort_unstable();
    assert_eq!(seqs, (1..=50).collect::<Vec<_>>());
    let mut ordinals: Vec<u64> = taken.iter().step_by(2).map(|t| t.ordinal).collect();
    ordinals.sort_unstable();
    assert_eq!(ordinals, (1..=25).collect::<Vec<_>>());
    let after = stack.load_room(room.id).await.unwrap();
    assert_eq!((after.last_seq, after.message_count), (50, 25));
    let last = taken.iter().step_by(2).map(|t| t.seq).max().unwrap();
    assert_eq!((after.last_message_seq, after.last_message_at), (last, Some(NOW)));
}

#[tokio::test]
async fn no_numbers_where_there_is_no_room() {
    let stack = Stack::new().await;
    let unknown = RoomId::new(NOW, rand::random());
    assert_eq!(stack.table.take_message_seq(unknown, NOW).await.unwrap_err().code, Code::NotFound);
    let (room, owner) = stack.room(RoomKind::Public, "r").await;
    let delete = stack.table.delete_room(room.id, owner.user, None, NOW);
    assert_eq!(delete.await, Ok(Commit::Done));
    assert_eq!(stack.table.take_event_seq(room.id, NOW).await.unwrap_err().code, Code::NotFound);
    assert_eq!(stack.load_room(unknown).await, None, "the failed update created nothing");
}

#[tokio::test]
async fn a_pair_has_one_room_however_many_open_it() {
    let stack = Stack::new().await;
    let (a, b) = (user(), user());
    let opened = join_all((0..10).map(|i| {
        let table = &stack.table;
        async move {
            let id = RoomId::new(NOW, rand::random());
            let (first, second) = if i % 2 == 0 { (a, b) } else { (b, a) };
            let pair = [member(id, first, Role::Member), member(id, second, Role::Member)];
            let room = Room {
                kind: RoomKind::Direct,
                member_count: 2,
                pair: Some((first, second)),
                ..room_of(&pair[0])
            };
            (id, table.open_direct(&room, [&pair[0], &pair[1]]).await.unwrap())
        }
    }))
    .await;
    let winners: Vec<RoomId> =
        opened.iter().filter(|(_, r)| r.is_ok()).map(|(id, _)| *id).collect();
    let [winner] = winners[..] else { panic!("one opens it: {opened:?}") };
    assert!(opened.iter().all(|(id, r)| *id == winner || *r == Err(winner)));
    for (x, y) in [(a, b), (b, a)] {
        assert_eq!(stack.table.direct_room(x, y).await, Ok(Some(winner)));
        assert_eq!(stack.table.rooms_of(x).await, Ok(vec![winner]));
        assert!(stack.load_member(winner, x).await.is_some());
    }
    assert_eq!(stack.table.direct_room(a, user()).await, Ok(None));
}

#[tokio::test]
async fn void_numbers_are_unread_to_nobody_and_forgotten_in_the_end() {
    let stack = Stack::new().await;
    let (room, _) = stack.room(RoomKind::Private, "Voids").await;
    let mut known = room.clone();
    for _ in 0..VOIDS_MAX + 3 {
        let place = stack.table.take_message_seq(room.id, NOW).await.unwrap();
        stack.table.void_message(&known, place.ordinal).await.unwrap();
        known = stack.load_room(room.id).await.unwrap();
        assert!(known.voids.contains(&place.ordinal));
    }
    assert_eq!(known.voids.len(), VOIDS_MAX);
    let oldest = known.voids.iter().min().copied();
    assert_eq!(oldest, Some(4), "the oldest are forgotten first");
    assert_eq!(known.messages_after(3), 0);
}

#[tokio::test]
async fn settings_change_with_their_log_entry() {
    let stack = Stack::new().await;
    let (room, owner) = stack.room(RoomKind::Private, "Old").await;
    let seq = stack.table.take_event_seq(room.id, NOW).await.unwrap().seq;
    let change = entry(room.id, seq, owner.user, Change::RoomUpdated { renamed: None });
    let next = Room {
        name: Some("New".into()),
        description: Some("d".into()),
        kind: RoomKind::Public,
        last_seq: seq,
        last_seq_at: Some(NOW),
        ..room.clone()
    };
    assert_eq!(stack.table.commit_room(&room, &next, &change).await, Ok(Commit::Done));
    assert_eq!(stack.load_room(room.id).await, Some(next.clone()));
    assert_eq!(stack.table.log(room.id, 0, seq, 9).await.unwrap().1, vec![change.clone()]);
    let other = entry(room.id, seq + 50, owner.user, Change::RoomUpdated { renamed: None });
    let stale = stack.table.commit_room(&room, &next, &other).await;
    assert_eq!(stale, Ok(Commit::Stale), "they were read before");
    let listed = stack.table.public_rooms(None, 9, None).await.unwrap();
    assert_eq!(listed, Page { items: vec![room.id], next: None });

    // Private again, description cleared: off the directory.
    let seq = stack.table.take_event_seq(room.id, NOW).await.unwrap().seq;
    let back = Room { description: None, kind: RoomKind::Private, last_seq: seq, ..next.clone() };
    let change = entry(room.id, seq, owner.user, Change::RoomUpdated { renamed: None });
    assert_eq!(stack.table.commit_room(&next, &back, &change).await, Ok(Commit::Done));
    assert_eq!(stack.load_room(room.id).await, Some(back.clone()));
    assert_eq!(stack.table.public_rooms(None, 9, None).await.unwrap().items, vec![]);
    let used = stack.table.commit_room(&back, &back, &change).await;
    assert_eq!(used, Ok(Commit::Stale), "number is used");

    assert_eq!(stack.table.delete_room(room.id, owner.user, None, NOW).await, Ok(Commit::Done));
    let change = entry(room.id, seq + 1, owner.user, Change::RoomUpdated { renamed: None });
    assert_eq!(stack.table.commit_room(&back, &back, &change).await, Ok(Commit::Stale));
    assert_eq!(stack.table.log(room.id, seq, seq + 1, 9).await.unwrap().1, vec![]);
}

#[tokio::test]
async fn the_last_member_takes_the_room_along_and_nobody_else() {
    let stack = Stack::new().await;
    let (room, owner) = stack.room(RoomKind::Public, "r").await;
    let other = member(room.id, user(), Role::Member);
    let joined = Change::UserJoined { user: other.user, role: Role::Member, silenced_until: None };
    let joined = entry(room.id, 1, other.user, joined);
    assert_eq!(stack.table.add_member(&other, &joined).await, Ok(Commit::Done));
    assert_eq!(stack.table.delete_room(room.id, owner.user, Some(1), NOW).await, Ok(Commit::Stale));
    let left = Change::UserLeft { user: other.user, reason: domain::LeaveReason::Left };
    let left = entry(room.id, 2, other.user, left);
    assert_eq!(stack.table.remove_member(&other, &left).await, Ok(Commit::Done));
    assert_eq!(stack.table.delete_room(room.id, owner.user, Some(1), NOW).await, Ok(Commit::Done));
    assert_eq!(stack.table.delete_room(room.id, owner.user, Some(1), NOW).await, Ok(Commit::Stale));
    assert_eq!(stack.load_room(room.id).await, None);
    assert_eq!(stack.table.public_rooms(None, 9, None).await.unwrap().items, vec![]);
    let again = member(room.id, owner.user, Role::Member);
    assert_eq!(stack.table.add_member(&again, &left).await, Ok(Commit::Stale), "it is gone");
}

#[tokio::test]
async fn the_directory_pages_by_name_and_finds_parts() {
    let stack = Stack::new().await;
    let mut rooms = Vec::new();
    for name in ["delta", "Alpha", "charlie", "ÄTHER", "bravo", "alpha"] {
        rooms.push((name, stack.room(RoomKind::Public, name).await.0.id));
    }
    stack.room(RoomKind::Private, "hidden alpha").await;
    let mut seen = Vec::new();
    let mut cursor = None;
    loop {
        let page = stack.table.public_rooms(None, 2, cursor.as_deref()).await.unwrap();
        assert!(page.items.len() <= 2);
        seen.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    let name = |id: &RoomId| rooms.iter().find(|(_, room)| room == id).unwrap().0.to_lowercase();
    let names: Vec<String> = seen.iter().map(name).collect();
    assert_eq!(names, ["alpha", "alpha", "bravo", "charlie", "delta", "äther"]);

    let part = stack.table.public_rooms(Some("ALPHA"), 1, None).await.unwrap();
    assert_eq!(part.items.len(), 1);
    let rest = stack.table.public_rooms(Some("alpha"), 9, part.next.as_deref()).await.unwrap();
    assert_eq!((rest.items.len(), rest.next), (1, None));
    assert_ne!(part.items, rest.items);
    let wrong = stack.table.public_rooms(None, 9, Some("%")).await.unwrap_err();
    assert_eq!(wrong.code, Code::ValidationFailed);
}
