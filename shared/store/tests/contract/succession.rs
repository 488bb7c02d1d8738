//! Use cases that no route drives alone: a new owner for a room whose owner's account has ended, and the
//! purge of a room in several tasks.

use crate::harness::*;
use chat::event::{Audience, Fanout};
use chat::ports::*;
use chat::{Succession, purge_room, succeed_owner};
use domain::{Change, Membership, Profile, Result, Role, RoomId, RoomKind, Timestamp, UserId};
use std::sync::Mutex;

/// What was handed to the queues.
#[derive(Default)]
struct Queues {
    events: Mutex<Vec<Fanout>>,
    tasks: Mutex<Vec<PurgeTask>>,
}

impl Publish for Queues {
    async fn publish(&self, fanout: &Fanout) -> Result<()> {
        self.events.lock().unwrap().push(fanout.clone());
        Ok(())
    }
}

impl QueuePurge for Queues {
    async fn intend_purge(&self, room: RoomId) -> Result<()> {
        self.continue_purge(PurgeTask { room, bucket: None }).await
    }

    async fn continue_purge(&self, task: PurgeTask) -> Result<()> {
        self.tasks.lock().unwrap().push(task);
        Ok(())
    }
}

impl Queues {
    fn kinds(&self) -> Vec<String> {
        self.events.lock().unwrap().drain(..).map(|fanout| fanout.event.kind).collect()
    }
}

impl Stack {
    /// Gives a user an account.
    async fn account(&self, id: UserId, deactivated: bool) {
        let name = format!("n{}", &id.to_string().replace('-', "")[20..]);
        let profile = Profile { deactivated, ..Profile::new(id, name.clone(), name, NOW) };
        assert_eq!(self.table.create_account(&profile, "h").await, Ok(Commit::Done));
        self.table.save_profile(&profile).await.unwrap();
    }

    /// A member since so many milliseconds.
    async fn since(&self, room: RoomId, role: Role, ms: i64, deactivated: bool) -> Membership {
        let one = Membership { joined_at: NOW.plus_ms(ms), ..member(room, user(), role) };
        self.account(one.user, deactivated).await;
        let seq = self.table.take_event_seq(room, NOW).await.unwrap().seq;
        let (user, role) = (one.user, one.role);
        let joined = Change::UserJoined { user, role, silenced_until: None };
        let added = self.table.add_member(&one, &entry(room, seq, user, joined)).await;
        assert_eq!(added, Ok(Commit::Done));
        one
    }

    async fn role_now(&self, member: &Membership) -> Role {
        self.load_member(member.room, member.user).await.unwrap().role
    }
}

fn later() -> Timestamp {
    NOW.plus_ms(1_000_000)
}

#[tokio::test]
async fn the_longest_standing_admin_follows_or_else_the_longest_standing_member() {
    let stack = Stack::new().await;
    let queues = Queues::default();
    for admins in [true, false] {
        let (room, owner) = stack.room(RoomKind::Public, "r").await;
        stack.account(owner.user, true).await;
        let role = if admins { Role::Admin } else { Role::Member };
        stack.since(room.id, Role::Member, 1, false).await;
        stack.since(room.id, role, 2, true).await;
        let second = stack.since(room.id, role, 4, false).await;
        let first = stack.since(room.id, role, 3, false).await;
        if !admins {
            // Of members alone the very first one follows.
            let (id, now) = (room.id, later());
            let came = succeed_owner(&stack.table, &queues, &queues, id, owner.user, now).await;
            assert!(matches!(came, Ok(Succession::To(heir)) if heir != first.user));
            continue;
        }
        let succeed =
            || succeed_owner(&stack.table, &queues, &queues, room.id, owner.user, later());
        assert_eq!(succeed().await, Ok(Succession::To(first.user)));
        assert_eq!(stack.role_now(&first).await, Role::Owner);
        assert_eq!(stack.role_now(&owner).await, Role::Admin);
        assert_eq!(stack.role_now(&second).await, Role::Admin);
        assert_eq!(succeed().await, Ok(Succession::Nothing), "they own it no more");
    }
    assert_eq!(queues.kinds(), ["ownership_transferred", "ownership_transferred"]);
    assert!(queues.tasks.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_room_of_nobody_is_deleted() {
    let stack = Stack::new().await;
    let queues = Queues::default();
    let (room, owner) = stack.room(RoomKind::Private, "r").await;
    stack.account(owner.user, true).await;
    stack.since(room.id, Role::Admin, 1, true).await;
    let succeed = || succeed_owner(&stack.table, &queues, &queues, room.id, owner.user, later());
    assert_eq!(succeed().await, Ok(Succession::Deleted));
    assert_eq!(stack.load_room(room.id).await, None);
    assert_eq!(queues.kinds(), ["room_deleted"]);
    assert_eq!(succeed().await, Ok(Succession::Nothing));
    assert_eq!(queues.tasks.lock().unwrap().len(), 1, "announced before it was marked");
}

#[tokio::test]
async fn a_purge_goes_on_until_nothing_is_left_and_leaves_rooms_that_stand() {
    let stack = Stack::new().await;
    let queues = Queues::default();
    let (room, owner) = stack.room(RoomKind::Public, "r").await;
    let start = PurgeTask { room: room.id, bucket: None };
    let run = |task| purge_room(&stack.table, &queues, &queues, NOW, task);
    run(start).await.unwrap();
    assert!(stack.load_room(room.id).await.is_some(), "it was not deleted after all");
    assert!(queues.kinds().is_empty());

    for _ in 0..3 {
        stack.since(room.id, Role::Member, 1, false).await;
    }
    for place in 0..40 {
        // Far apart: many buckets, most of them empty.
        let seq = 1_000 + place * store::BUCKET_SEQS;
        stack.store(&message(&owner, seq, place, "x")).await;
    }
    let last = 1_000 + 39 * store::BUCKET_SEQS;
    let jump = stack
        .client
        .update_item()
        .table_name(&stack.name)
        .key("PK", aws_sdk_dynamodb::types::AttributeValue::S(format!("ROOM#{}", room.id)))
        .key("SK", aws_sdk_dynamodb::types::AttributeValue::S("ROOM".into()))
        .update_expression("SET last_seq = :last")
        .expression_attribute_values(
            ":last",
            aws_sdk_dynamodb::types::AttributeValue::N(last.to_string()),
        );
    jump.send().await.unwrap();
    assert_eq!(stack.table.delete_room(room.id, owner.user, None, NOW).await, Ok(Commit::Done));
    queues.tasks.lock().unwrap().push(start);
    let mut tasks = 0;
    loop {
        let Some(task) = queues.tasks.lock().unwrap().pop() else { break };
        tasks += 1;
        // Each comes twice, as a queue may have it.
        run(task).await.unwrap();
        let next = queues.tasks.lock().unwrap().pop();
        run(task).await.unwrap();
        let again = queues.tasks.lock().unwrap().pop();
        queues.tasks.lock().unwrap().extend(again.or(next));
        assert!(tasks < 20, "it comes to an end");
    }
    assert!(tasks > 1, "in several tasks");
    let told: Vec<Audience> =
        queues.events.lock().unwrap().iter().map(|fanout| fanout.audience.clone()).collect();
    assert_eq!(told.len(), 1);
    assert!(matches!(&told[0], Audience::Users(users) if users.len() == 4));
    assert_eq!(stack.table.deleted_room(room.id).await, Ok(None), "purged");
    let (messages, entries) = stack.table.log(room.id, 0, last, 500).await.unwrap();
    assert!(messages.is_empty() && entries.is_empty());
}
