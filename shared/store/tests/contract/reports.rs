//! Reports, decisions, and the audit records of what those with a rank do.

use crate::harness::*;
use chat::ports::*;
use domain::*;

fn report(message: &Message, reporter: UserId) -> Report {
    Report {
        id: ReportId { message: message.id, reporter },
        reason: ReportReason::Spam,
        comment: Some("every day".into()),
        created_at: NOW,
        snapshot: Snapshot::of(message),
        status: ReportStatus::Open,
        action: ReportAction::None,
        note: None,
        decided: None,
        version: 1,
    }
}

fn decided(was: &Report, at: Timestamp) -> Report {
    Report {
        status: ReportStatus::Resolved,
        action: ReportAction::DeleteMessage,
        note: Some("rule 1".into()),
        decided: Some((at, user())),
        version: was.version + 1,
        ..was.clone()
    }
}

#[tokio::test]
async fn one_person_has_one_report_of_a_message() {
    let stack = Stack::new().await;
    let (room, owner) = stack.room(RoomKind::Public, "r").await;
    let message = stack.send(&owner, "foul").await;
    let made = report(&message, user());
    assert_eq!(stack.table.put_report(&made).await, Ok(Commit::Done));
    assert_eq!(stack.table.put_report(&made).await, Ok(Commit::Stale));
    let ask = || Ask { reports: vec![made.id], ..Ask::default() };
    let seen = stack.table.look(ask(), NOW).await.unwrap();
    assert_eq!(seen.reports, [(made.id, made.clone())].into());

    let next = decided(&made, NOW);
    assert_eq!(stack.table.commit_decision(&next).await, Ok(Commit::Done));
    assert_eq!(stack.table.commit_decision(&next).await, Ok(Commit::Stale), "not the one before");
    let seen = stack.table.look(ask(), NOW).await.unwrap();
    assert_eq!(seen.reports, [(made.id, next.clone())].into());
    let records = stack.table.audit(room.id, 10, None, NOW).await.unwrap().items;
    assert_eq!(records.len(), 1);
    assert_eq!(records[0].action, AuditAction::ReportDecided);
    assert_eq!(records[0].subject, Some(owner.user));

    let end = next.ends_at().unwrap();
    assert_eq!(stack.table.look(ask(), end).await.unwrap().reports.len(), 0, "it has ended");
    let anew = Report { created_at: end, ..made };
    assert_eq!(stack.table.put_report(&anew).await, Ok(Commit::Done), "an ended one is gone");
}

#[tokio::test]
async fn queues_by_status_of_a_room_and_of_all() {
    let table = Stack::new().await.table;
    let [one, two] =
        [user(), user()].map(|user| member(RoomId::new(NOW, rand::random()), user, Role::Owner));
    let mut open = vec![];
    for (seq, owner) in [(1, &one), (2, &two), (3, &one), (4, &one)] {
        let made = Report {
            created_at: NOW.plus_ms(i64::try_from(seq).unwrap()),
            ..report(&message(owner, seq, seq, "x"), user())
        };
        table.put_report(&made).await.unwrap();
        open.push(made);
    }
    let done = decided(&open[2], NOW);
    table.commit_decision(&done).await.unwrap();
    let all = async |status, cursor: Option<String>| {
        table.all_reports(status, 2, cursor.as_deref(), NOW).await.unwrap()
    };
    let first = all(ReportStatus::Open, None).await;
    assert_eq!(first.items, [open[3].clone(), open[1].clone()]);
    let rest = all(ReportStatus::Open, first.next).await;
    assert_eq!((rest.items, rest.next), (vec![open[0].clone()], None));
    assert_eq!(all(ReportStatus::Resolved, None).await.items, std::slice::from_ref(&done));
    let of = async |status| table.reports_in(one.room, status, 10, None, NOW).await.unwrap().items;
    assert_eq!(of(ReportStatus::Open).await, [open[3].clone(), open[0].clone()]);
    assert_eq!(of(ReportStatus::Resolved).await, [done]);
    let first = table.reports_in(one.room, ReportStatus::Open, 1, None, NOW).await.unwrap();
    let cursor = first.next.expect("more");
    let next = table.reports_in(one.room, ReportStatus::Open, 1, Some(&cursor), NOW).await.unwrap();
    assert_eq!(next.items, [open[0].clone()]);
    for bad in ["!", "", "_w"] {
        let refused = table.reports_in(one.room, ReportStatus::Open, 1, Some(bad), NOW).await;
        assert_eq!(refused.unwrap_err().code, Code::ValidationFailed, "{bad}");
    }
}

#[tokio::test]
async fn a_deed_and_its_record_are_one_transaction() {
    let stack = Stack::new().await;
    let (room, owner) = stack.room(RoomKind::Public, "r").await;
    let other = member(room.id, user(), Role::Member);
    let joined = Change::UserJoined { user: other.user, role: Role::Member, silenced_until: None };
    stack.table.add_member(&other, &entry(room.id, 1, other.user, joined)).await.unwrap();
    let foul = message(&other, 2, 1, "foul");
    stack.store(&foul).await;
    let own = message(&other, 3, 2, "own");
    stack.store(&own).await;
    stack.calls.take();
    let deleted = |message: &Message, seq, actor| {
        entry(room.id, seq, actor, Change::MessageDeleted { message_seq: message.id.seq })
    };
    stack.table.commit_delete(&foul, &deleted(&foul, 4, owner.user)).await.unwrap();
    assert_eq!(stack.calls.take(), ["TransactWriteItems"]);
    stack.table.commit_delete(&own, &deleted(&own, 5, other.user)).await.unwrap();
    let left = Change::UserLeft { user: other.user, reason: LeaveReason::Removed };
    stack.table.remove_member(&other, &entry(room.id, 6, owner.user, left)).await.unwrap();
    let page = stack.table.audit(room.id, 1, None, NOW).await.unwrap();
    assert_eq!(page.items[0].action, AuditAction::MemberRemoved, "the latest first");
    let rest = stack.table.audit(room.id, 5, page.next.as_deref(), NOW).await.unwrap();
    let [record] = &rest.items[..] else { panic!("{rest:?}") };
    assert_eq!(
        (record.action, record.actor, record.subject, record.message_seq),
        (AuditAction::MessageDeleted, owner.user, Some(other.user), Some(2))
    );
    let end = NOW.plus_ms(REVIEW_KEPT_MS);
    assert_eq!(stack.table.audit(room.id, 5, None, end).await.unwrap().items, []);
}

#[tokio::test]
async fn admins_are_those_with_a_rank() {
    let stack = Stack::new().await;
    let (room, owner) = stack.room(RoomKind::Public, "r").await;
    for role in [Role::Member, Role::Admin, Role::Member] {
        let one = member(room.id, user(), role);
        let joined = Change::UserJoined { user: one.user, role, silenced_until: None };
        let seq = u64::from(rand::random::<u16>()) + 1;
        stack.table.add_member(&one, &entry(room.id, seq, one.user, joined)).await.unwrap();
    }
    let admins = stack.table.admins_of(room.id).await.unwrap();
    assert_eq!(admins.len(), 2);
    assert!(admins.contains(&owner.user));
}
