//! Invitations: seats are taken with memberships, one each.

use crate::harness::*;
use chat::ports::*;
use domain::{Change, Invite, InviteCode, LogEntry, Membership, Role, RoomKind};
use futures_util::future::join_all;

fn invite_by(creator: &Membership, max_uses: Option<u64>) -> Invite {
    Invite {
        code: InviteCode::new(rand::random),
        room: creator.room,
        creator: creator.user,
        created_at: NOW,
        expires_at: NOW.plus_ms(60_000),
        max_uses,
        uses: 0,
        revoked_at: None,
    }
}

fn joined(member: &Membership, seq: u64) -> LogEntry {
    let change = Change::UserJoined { user: member.user, role: member.role, silenced_until: None };
    entry(member.room, seq, member.user, change)
}

impl Stack {
    async fn invite(&self, code: &InviteCode) -> Option<Invite> {
        let ask = Ask { invites: vec![code.clone()], ..Ask::default() };
        self.table.look(ask, NOW).await.unwrap().invites.remove(code)
    }

    /// Tries to take a seat until it is clear whether there is one.
    async fn enter(&self, invite: &Invite) -> Option<Membership> {
        let one = member(invite.room, user(), Role::Member);
        let seq = self.table.take_event_seq(invite.room, NOW).await.unwrap().seq;
        for _ in 0..50 {
            if self.table.take_seat(invite, &one, &joined(&one, seq)).await.unwrap() == Commit::Done
            {
                return Some(one);
            }
            let now = self.invite(&invite.code).await.unwrap();
            if now.max_uses.is_some_and(|max| now.uses >= max) {
                return None;
            }
        }
        unreachable!("neither in nor out")
    }
}

#[tokio::test]
async fn as_many_enter_as_there_are_seats() {
    let stack = Stack::new().await;
    for seats in [1, 3] {
        let (room, owner) = stack.room(RoomKind::Private, "r").await;
        let invite = invite_by(&owner, Some(seats));
        assert_eq!(stack.table.put_invite(&invite, None).await, Ok(Commit::Done));
        assert_eq!(stack.invite(&invite.code).await, Some(invite.clone()));
        let entered = join_all((0..12).map(|_| stack.enter(&invite))).await;
        let inside: Vec<Membership> = entered.into_iter().flatten().collect();
        assert_eq!(inside.len() as u64, seats);
        assert_eq!(stack.invite(&invite.code).await.unwrap().uses, seats);
        assert_eq!(stack.load_room(room.id).await.unwrap().member_count, seats + 1);
        for one in inside {
            assert!(stack.load_member(room.id, one.user).await.is_some());
        }
    }
}

#[tokio::test]
async fn what_no_longer_stands_lets_nobody_in() {
    let stack = Stack::new().await;
    let (room, owner) = stack.room(RoomKind::Private, "r").await;
    let seat = async |invite: &Invite, at: i64| {
        let one = member(room.id, user(), Role::Member);
        let seq = stack.table.take_event_seq(room.id, NOW).await.unwrap().seq;
        let entry = LogEntry { at: NOW.plus_ms(at), ..joined(&one, seq) };
        stack.table.take_seat(invite, &one, &entry).await.unwrap()
    };
    let invite = invite_by(&owner, None);
    assert_eq!(seat(&invite, 0).await, Commit::Stale, "unknown");
    assert_eq!(stack.table.put_invite(&invite, None).await, Ok(Commit::Done));
    assert_eq!(seat(&invite, 0).await, Commit::Done);
    assert_eq!(seat(&invite, 59_999).await, Commit::Done);
    assert_eq!(seat(&invite, 60_000).await, Commit::Stale, "expired");
    let page = stack.table.invites(room.id, 9, None).await.unwrap();
    assert_eq!(page.items, vec![invite.code.clone()]);
    let stranger = stack.table.revoke_invite(&invite, user(), NOW).await;
    assert_eq!(stranger, Ok(Commit::Stale));
    assert_eq!(stack.table.revoke_invite(&invite, owner.user, NOW).await, Ok(Commit::Done));
    assert_eq!(seat(&invite, 0).await, Commit::Stale, "revoked");
    assert_eq!(stack.table.invites(room.id, 9, None).await.unwrap().items, vec![]);
    let later = NOW.plus_ms(5);
    assert_eq!(stack.table.revoke_invite(&invite, owner.user, later).await, Ok(Commit::Done));
    let revoked = stack.invite(&invite.code).await.unwrap().revoked_at;
    assert_eq!(revoked, Some(NOW), "the first time counts");
    // Made by somebody who was never an admin.
    let other = invite_by(&member(room.id, user(), Role::Member), None);
    assert_eq!(stack.table.put_invite(&other, None).await, Ok(Commit::Stale));
}

#[tokio::test]
async fn a_key_makes_one_invitation() {
    let stack = Stack::new().await;
    let (room, owner) = stack.room(RoomKind::Private, "r").await;
    let made = join_all((0..6).map(|_| {
        let (invite, table) = (invite_by(&owner, None), &stack.table);
        async move {
            let record = Invited { fingerprint: "f".into(), code: invite.code.clone() };
            let put = table.put_invite(&invite, Some(("k", &record))).await.unwrap();
            (put == Commit::Done).then_some(invite.code)
        }
    }))
    .await;
    let made: Vec<InviteCode> = made.into_iter().flatten().collect();
    assert_eq!(made.len(), 1);
    let invited = Some((owner.user, room.id, "k".to_owned()));
    let ask = Ask { invited, ..Ask::default() };
    let seen = stack.table.look(ask.clone(), NOW).await.unwrap();
    assert_eq!(seen.invited.map(|record| record.code), made.first().cloned());
    let day_later = NOW.plus_ms(24 * 60 * 60 * 1000);
    assert_eq!(stack.table.look(ask, day_later).await.unwrap().invited, None);
}

#[tokio::test]
async fn invitations_come_in_pages_newest_first() {
    let stack = Stack::new().await;
    let (room, owner) = stack.room(RoomKind::Private, "r").await;
    let mut codes = Vec::new();
    for ms in 0..5 {
        let invite = Invite { created_at: NOW.plus_ms(ms), ..invite_by(&owner, None) };
        assert_eq!(stack.table.put_invite(&invite, None).await, Ok(Commit::Done));
        codes.insert(0, invite.code);
    }
    let first = stack.table.invites(room.id, 3, None).await.unwrap();
    assert_eq!(first.items, codes[..3]);
    let rest = stack.table.invites(room.id, 3, first.next.as_deref()).await.unwrap();
    assert_eq!((&rest.items[..], rest.next), (&codes[3..], None));
    assert!(stack.table.invites(room.id, 3, Some("nonsense")).await.is_err());
}
