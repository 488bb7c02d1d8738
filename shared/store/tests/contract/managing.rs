//! Roles, silences and bans: what is written together, and what excludes each other.

use crate::harness::*;
use chat::ports::*;
use domain::{
    Ban, Change, LeaveReason, LogEntry, Membership, NotifyLevel, Role, RoomId, RoomKind, Silence,
    Timestamp, UserId,
};
use futures_util::future::join_all;

fn joined(member: &Membership, seq: u64, by: UserId) -> LogEntry {
    let change = Change::UserJoined { user: member.user, role: member.role, silenced_until: None };
    entry(member.room, seq, by, change)
}

fn updated(member: &Membership, role: Role, seq: u64, by: UserId) -> LogEntry {
    let change = Change::MemberUpdated { user: member.user, role, silenced_until: None };
    entry(member.room, seq, by, change)
}

fn ban_of(room: RoomId, user: UserId, by: UserId) -> Ban {
    Ban { room, user, by, at: NOW, reason: Some("why".into()) }
}

fn silence_of(member: &Membership, by: UserId, until: Timestamp) -> Silence {
    Silence { room: member.room, user: member.user, until, by, reason: None }
}

impl Stack {
    /// Somebody who has come in by themselves.
    async fn joiner(&self, room: RoomId, role: Role, seq: u64) -> Membership {
        let one = member(room, user(), role);
        let added = self.table.add_member(&one, &joined(&one, seq, one.user)).await;
        assert_eq!(added, Ok(Commit::Done));
        one
    }

    async fn role_of(&self, member: &Membership) -> Role {
        self.load_member(member.room, member.user).await.unwrap().role
    }
}

#[tokio::test]
async fn a_role_changes_while_the_owner_is_the_owner() {
    let stack = Stack::new().await;
    let (room, owner) = stack.room(RoomKind::Private, "r").await;
    let one = stack.joiner(room.id, Role::Member, 1).await;
    let by_owner = updated(&one, Role::Admin, 2, owner.user);
    let promoted = stack.table.set_role(&one, Role::Admin, &by_owner).await;
    assert_eq!(promoted, Ok(Commit::Done));
    assert_eq!(stack.role_of(&one).await, Role::Admin);
    // As it was read it is no more.
    let again = updated(&one, Role::Admin, 3, owner.user);
    assert_eq!(stack.table.set_role(&one, Role::Admin, &again).await, Ok(Commit::Stale));
    let one = Membership { role: Role::Admin, ..one };
    let rival = stack.joiner(room.id, Role::Admin, 9).await;
    let by_admin = updated(&one, Role::Member, 3, rival.user);
    assert_eq!(stack.table.set_role(&one, Role::Member, &by_admin).await, Ok(Commit::Stale));
    let change = Change::OwnershipTransferred { user: one.user };
    let transfer = entry(room.id, 3, owner.user, change);
    assert_eq!(stack.table.transfer_room(&owner, &one, &transfer).await, Ok(Commit::Done));
    assert_eq!(
        (stack.role_of(&one).await, stack.role_of(&owner).await),
        (Role::Owner, Role::Admin)
    );
    let demoted = updated(&one, Role::Member, 4, owner.user);
    assert_eq!(stack.table.set_role(&one, Role::Member, &demoted).await, Ok(Commit::Stale));
}

#[tokio::test]
async fn of_many_transfers_one_happens() {
    let stack = Stack::new().await;
    let (room, owner) = stack.room(RoomKind::Private, "r").await;
    let mut heirs = Vec::new();
    for seq in 1..=6 {
        heirs.push(stack.joiner(room.id, Role::Member, seq).await);
    }
    let done = join_all(heirs.iter().zip(10..).map(|(heir, seq)| {
        let change = Change::OwnershipTransferred { user: heir.user };
        let entry = entry(room.id, seq, owner.user, change);
        let (table, owner) = (&stack.table, &owner);
        async move { table.transfer_room(owner, heir, &entry).await.unwrap() }
    }))
    .await;
    assert_eq!(done.iter().filter(|c| **c == Commit::Done).count(), 1);
    let mut owners = 0;
    for one in heirs.iter().chain([&owner]) {
        owners += usize::from(stack.role_of(one).await == Role::Owner);
    }
    assert_eq!(owners, 1);
}

#[tokio::test]
async fn a_silence_outlives_the_membership() {
    let stack = Stack::new().await;
    let (room, owner) = stack.room(RoomKind::Public, "r").await;
    let one = stack.joiner(room.id, Role::Member, 1).await;
    let until = NOW.plus_ms(60_000);
    let silence = silence_of(&one, owner.user, until);
    let change = |seq| updated(&one, Role::Member, seq, owner.user);
    assert_eq!(stack.table.silence(&one, &silence, &change(2)).await, Ok(Commit::Done));
    let silenced = stack.load_member(room.id, one.user).await.unwrap();
    assert_eq!(silenced.silenced_until, Some(until));
    let left = Change::UserLeft { user: one.user, reason: LeaveReason::Left };
    let left = entry(room.id, 3, one.user, left);
    assert_eq!(stack.table.remove_member(&silenced, &left).await, Ok(Commit::Done));

    let ask = Ask { silences: vec![(room.id, one.user)], ..Ask::default() };
    let seen = stack.table.look(ask.clone(), NOW).await.unwrap();
    assert_eq!(seen.silences[&(room.id, one.user)], silence);
    assert!(stack.table.look(ask.clone(), until).await.unwrap().silences.is_empty(), "ended");
    // Who comes back carries it; who forgets it stays outside.
    let back = joined(&one, 4, one.user);
    assert_eq!(stack.table.add_member(&one, &back).await, Ok(Commit::Stale));
    assert_eq!(stack.table.add_member(&silenced, &back).await, Ok(Commit::Done));

    assert_eq!(stack.table.lift_silence(&silenced, &change(5)).await, Ok(Commit::Done));
    let lifted = stack.load_member(room.id, one.user).await.unwrap();
    assert_eq!(lifted.silenced_until, None);
    assert!(stack.table.look(ask, NOW).await.unwrap().silences.is_empty());
    let of_member = stack.table.forget_silence(room.id, one.user, owner.user).await;
    assert_eq!(of_member, Ok(Commit::Stale), "a member's is lifted with an event");
}

#[tokio::test]
async fn a_ban_and_an_entrance_exclude_each_other() {
    let stack = Stack::new().await;
    let (room, owner) = stack.room(RoomKind::Public, "r").await;
    for round in 0..12 {
        let one = member(room.id, user(), Role::Member);
        let seq = stack.table.take_event_seq(room.id, NOW).await.unwrap().seq;
        let entry = joined(&one, seq, one.user);
        let ban = ban_of(room.id, one.user, owner.user);
        let (entered, banned) =
            tokio::join!(stack.table.add_member(&one, &entry), stack.table.ban(&ban, None));
        let (entered, banned) = (entered.unwrap(), banned.unwrap());
        assert!(
            entered == Commit::Done || banned == Commit::Done || round > 0,
            "neither, for nothing"
        );
        assert!(!(entered == Commit::Done && banned == Commit::Done), "in and banned");
        let inside = stack.load_member(room.id, one.user).await.is_some();
        assert_eq!(inside, entered == Commit::Done);
    }
}

#[tokio::test]
async fn a_ban_takes_a_member_out_and_can_be_lifted() {
    let stack = Stack::new().await;
    let (room, owner) = stack.room(RoomKind::Public, "r").await;
    let one = stack.joiner(room.id, Role::Member, 1).await;
    let admin = stack.joiner(room.id, Role::Admin, 2).await;
    let out = |user, by, seq| {
        entry(room.id, seq, by, Change::UserLeft { user, reason: LeaveReason::Banned })
    };
    // An admin does not outrank an admin.
    let upwards = ban_of(room.id, admin.user, one.user);
    let refused = stack.table.ban(&upwards, Some((&admin, &out(admin.user, one.user, 3)))).await;
    assert_eq!(refused, Ok(Commit::Stale));
    let ban = ban_of(room.id, one.user, admin.user);
    assert_eq!(stack.table.ban(&ban, None).await, Ok(Commit::Stale), "they are in it");
    let done = stack.table.ban(&ban, Some((&one, &out(one.user, admin.user, 3)))).await;
    assert_eq!(done, Ok(Commit::Done));
    assert_eq!(stack.load_member(room.id, one.user).await, None);
    assert_eq!(stack.load_room(room.id).await.unwrap().member_count, 2);
    assert_eq!(stack.table.rooms_of(one.user).await, Ok(vec![]));
    let back = joined(&one, 4, one.user);
    assert_eq!(stack.table.add_member(&one, &back).await, Ok(Commit::Stale));
    let page = stack.table.bans(room.id, 9, None).await.unwrap();
    assert_eq!((page.items, page.next), (vec![ban], None));
    let by_nobody = stack.table.unban(room.id, one.user, one.user).await;
    assert_eq!(by_nobody, Ok(Commit::Stale));
    assert_eq!(stack.table.unban(room.id, one.user, owner.user).await, Ok(Commit::Done));
    assert_eq!(stack.table.add_member(&one, &back).await, Ok(Commit::Done));
}

#[tokio::test]
async fn bans_come_in_pages() {
    let stack = Stack::new().await;
    let (room, owner) = stack.room(RoomKind::Public, "r").await;
    let mut users: Vec<UserId> = (0..5).map(|_| user()).collect();
    for user in &users {
        let ban = ban_of(room.id, *user, owner.user);
        assert_eq!(stack.table.ban(&ban, None).await, Ok(Commit::Done));
    }
    users.sort_unstable();
    let first = stack.table.bans(room.id, 3, None).await.unwrap();
    let after = first.items.last().unwrap().user;
    let rest = stack.table.bans(room.id, 3, Some(after)).await.unwrap();
    let all: Vec<UserId> = first.items.iter().chain(&rest.items).map(|ban| ban.user).collect();
    assert_eq!((all, first.next, rest.next), (users, Some(after.to_string()), None));
}

#[tokio::test]
async fn who_is_demoted_cannot_finish() {
    let stack = Stack::new().await;
    let (room, owner) = stack.room(RoomKind::Public, "r").await;
    let admin = stack.joiner(room.id, Role::Admin, 1).await;
    let one = stack.joiner(room.id, Role::Member, 2).await;
    let demote = updated(&admin, Role::Member, 3, owner.user);
    assert_eq!(stack.table.set_role(&admin, Role::Member, &demote).await, Ok(Commit::Done));
    let newcomer = member(room.id, user(), Role::Member);
    let added = joined(&newcomer, 4, admin.user);
    assert_eq!(stack.table.add_member(&newcomer, &added).await, Ok(Commit::Stale));
    let out = Change::UserLeft { user: one.user, reason: LeaveReason::Removed };
    let out = entry(room.id, 4, admin.user, out);
    assert_eq!(stack.table.remove_member(&one, &out).await, Ok(Commit::Stale));
    let silence = silence_of(&one, admin.user, NOW.plus_ms(1));
    let change = updated(&one, Role::Member, 4, admin.user);
    assert_eq!(stack.table.silence(&one, &silence, &change).await, Ok(Commit::Stale));
    assert!(stack.load_member(room.id, one.user).await.is_some());
}

#[tokio::test]
async fn a_preference_is_kept_and_cleared() {
    let stack = Stack::new().await;
    let (room, owner) = stack.room(RoomKind::Public, "r").await;
    for level in [Some(NotifyLevel::Muted), Some(NotifyLevel::Mentions), None] {
        assert_eq!(stack.table.prefer(room.id, owner.user, level).await, Ok(()));
        assert_eq!(stack.load_member(room.id, owner.user).await.unwrap().notify, level);
    }
    assert!(stack.table.prefer(room.id, user(), Some(NotifyLevel::All)).await.is_err());
}
