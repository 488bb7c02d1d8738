//! Notifications.

use crate::harness::*;
use chat::ports::*;
use domain::{
    DirectNotice, MENTION_SEQS_MAX, NOTIFICATION_MS, Notification, NotificationId,
    NotificationKind, ReadUpTo, RoomId, RoomKind, Timestamp, UserId,
};

fn notice(user: UserId, at: i64) -> Notification {
    let created_at = NOW.plus_ms(at);
    Notification {
        id: NotificationId::new(created_at, [7; 10]),
        user,
        kind: NotificationKind::Mention,
        room: RoomId::new(NOW, [1; 10]),
        seq: 7,
        actor: UserId::new(NOW, [2; 10]),
        count: 1,
        created_at,
        noted_at: created_at.plus_ms(50),
        read: false,
    }
}

#[tokio::test]
async fn newest_first_in_pages_without_the_expired() {
    let Stack { table, .. } = &Stack::new().await;
    let who = user();
    let all: Vec<_> = (0..5).map(|n| notice(who, n)).collect();
    for notice in &all {
        assert_eq!(table.put_notice(notice).await, Ok(true));
        assert_eq!(table.put_notice(notice).await, Ok(false), "again");
    }
    table.put_notice(&notice(user(), 0)).await.unwrap();
    let page = async |before, since, limit, now| {
        let found = table.notices(who, before, since, limit, now).await.unwrap();
        found.iter().map(|n| n.created_at.since_ms(NOW)).collect::<Vec<_>>()
    };
    assert_eq!(page(None, None, 10, NOW).await, [4, 3, 2, 1, 0]);
    assert_eq!(page(None, None, 2, NOW).await, [4, 3]);
    assert_eq!(page(Some(all[3].id), None, 2, NOW).await, [2, 1]);
    assert_eq!(page(Some(all[0].id), None, 2, NOW).await, [0; 0]);
    assert_eq!(page(None, Some(all[3].id), 10, NOW).await, [4, 3]);
    let later = NOW.plus_ms(NOTIFICATION_MS + 2);
    assert_eq!(page(None, None, 10, later).await, [4, 3], "expired, though they are there");
    assert_eq!(table.notice(who, all[1].id, NOW).await, Ok(Some(all[1].clone())));
    assert_eq!(table.notice(who, all[1].id, later).await, Ok(None));
    assert_eq!(table.notice(user(), all[1].id, NOW).await, Ok(None));
    assert_eq!(table.withdraw_notice(who, all[1].id).await, Ok(true));
    assert_eq!(table.withdraw_notice(who, all[1].id).await, Ok(false));
    assert_eq!(page(None, None, 10, NOW).await, [4, 3, 2, 0]);
}

#[tokio::test]
async fn marks_move_forward() {
    let Stack { table, .. } = &Stack::new().await;
    let who = user();
    let one = notice(who, 0);
    assert_eq!(table.mark_notice(who, one.id, NOW).await, Ok(false), "nothing there");
    table.put_notice(&one).await.unwrap();
    assert_eq!(table.mark_notice(who, one.id, NOW).await, Ok(true));
    assert_eq!(table.mark_notice(who, one.id, NOW).await, Ok(true), "again");
    assert!(table.notice(who, one.id, NOW).await.unwrap().unwrap().read);
    assert_eq!(table.mark_notice(who, one.id, one.ends_at()).await, Ok(false), "expired");
    assert_eq!(table.read_up_to(who).await, Ok(None));
    let mark = |at: i64| {
        let created_at = NOW.plus_ms(at);
        ReadUpTo { id: NotificationId::new(created_at, [0; 10]), created_at, noted_at: created_at }
    };
    for (at, expected) in [(5, 5), (9, 9), (7, 9), (9, 9), (20, 20)] {
        table.mark_up_to(who, mark(at)).await.unwrap();
        assert_eq!(table.read_up_to(who).await, Ok(Some(mark(expected))), "{at}");
    }
}

#[tokio::test]
async fn the_one_of_a_direct_room_is_replaced() {
    let Stack { table, .. } = &Stack::new().await;
    let (who, room) = (user(), RoomId::new(NOW, [1; 10]));
    let direct = |at: i64, seq, count| {
        let n = Notification { seq, count, ..notice(who, at) };
        (DirectNotice { id: n.id, first_seq: 1, seq, count }, n)
    };
    let (first, note) = direct(1, 1, 1);
    assert_eq!(table.direct_notice(who, room, NOW).await, Ok(None));
    let replaced = table.replace_direct(who, room, None, Some((&first, &note))).await;
    assert_eq!(replaced, Ok(Commit::Done));
    let replaced = table.replace_direct(who, room, None, Some((&first, &note))).await;
    assert_eq!(replaced, Ok(Commit::Stale), "again");
    assert_eq!(table.direct_notice(who, room, NOW).await, Ok(Some(first)));
    let (second, note) = direct(2, 2, 2);
    let replaced = table.replace_direct(who, room, Some(&first), Some((&second, &note))).await;
    assert_eq!(replaced, Ok(Commit::Done));
    let replaced = table.replace_direct(who, room, Some(&first), Some((&second, &note))).await;
    assert_eq!(replaced, Ok(Commit::Stale), "it is another by now");
    assert_eq!(table.notices(who, None, None, 10, NOW).await, Ok(vec![note.clone()]));
    let ended: Timestamp = note.ends_at();
    assert_eq!(table.direct_notice(who, room, ended).await, Ok(None), "expired");
    let (fewer, note) = direct(2, 2, 1);
    let replaced = table.replace_direct(who, room, Some(&second), Some((&fewer, &note))).await;
    assert_eq!(replaced, Ok(Commit::Done), "the same message, one less");
    assert_eq!(table.notices(who, None, None, 10, NOW).await, Ok(vec![note]));
    assert_eq!(table.replace_direct(who, room, Some(&fewer), None).await, Ok(Commit::Done));
    assert_eq!(table.notices(who, None, None, 10, NOW).await, Ok(vec![]));
    assert_eq!(table.direct_notice(who, room, NOW).await, Ok(None));
}

#[tokio::test]
async fn mentions_are_remembered_for_members_and_not_for_ever() {
    let stack = Stack::new().await;
    let (room, owner) = stack.room(RoomKind::Public, "r").await;
    let (table, who) = (&stack.table, owner.user);
    let seqs = async || {
        let mut seqs = stack.load_member(room.id, who).await.unwrap().mention_seqs;
        seqs.sort_unstable();
        seqs
    };
    for seq in [3, 1, 3] {
        table.add_mention(room.id, who, seq).await.unwrap();
    }
    assert_eq!(seqs().await, [1, 3]);
    table.drop_mention(room.id, who, 1).await.unwrap();
    table.drop_mention(room.id, who, 9).await.unwrap();
    assert_eq!(seqs().await, [3]);
    let mark = domain::ReadMark { seq: 5, ordinal: 5 };
    let member = stack.load_member(room.id, who).await.unwrap();
    table.mark_read(&member, mark, NOW).await.unwrap();
    table.add_mention(room.id, who, 5).await.unwrap();
    assert_eq!(seqs().await, Vec::<u64>::new(), "read already");
    table.add_mention(room.id, user(), 6).await.unwrap();
    table.drop_mention(room.id, user(), 6).await.unwrap();
    for seq in 10..150 {
        table.add_mention(room.id, who, seq).await.unwrap();
    }
    let kept = seqs().await;
    assert!(kept.len() <= MENTION_SEQS_MAX + 20, "{}", kept.len());
    assert_eq!(kept.last(), Some(&149));
}
