//! Passwords, devices, and accounts that go out of use and come back.

use crate::harness::*;
use chat::ports::*;
use domain::{Code, Profile, RoomKind, Session, UserId};

fn session_of(user: UserId) -> Session {
    Session {
        id: session(),
        user,
        created_at: NOW,
        expires_at: NOW.plus_ms(60_000),
        refresh_hash: "r".into(),
        previous: None,
        device: Some("Firefox".into()),
    }
}

#[tokio::test]
async fn a_session_opens_only_on_the_password_that_was_checked() {
    let table = Stack::new().await.table;
    let who = profile("ann", "Ann");
    table.create_account(&who, "h1").await.unwrap();
    let one = session_of(who.id);
    assert_eq!(table.open_session(&one, "ann", "h0").await, Ok(Commit::Stale));
    assert_eq!(table.open_session(&one, "ann", "h1").await, Ok(Commit::Done));
    assert_eq!(table.change_password("ann", "h0", "h2").await, Ok(Commit::Stale));
    assert_eq!(table.change_password("ann", "h1", "h2").await, Ok(Commit::Done));
    assert_eq!(table.credentials("ann").await.unwrap().unwrap().password_hash, "h2");
    let two = session_of(who.id);
    assert_eq!(table.open_session(&two, "ann", "h1").await, Ok(Commit::Stale));
    assert_eq!(table.open_session(&two, "ann", "h2").await, Ok(Commit::Done));
    let ids = async |now| {
        let sessions = table.sessions_of(who.id, now).await.unwrap();
        sessions.into_iter().map(|s| s.id).collect::<std::collections::HashSet<_>>()
    };
    assert_eq!(ids(NOW).await, [one.id, two.id].into());
    assert_eq!(ids(one.expires_at).await, [].into(), "an expired one is gone");
    table.end_sessions(who.id, &[one.id, session()]).await.unwrap();
    assert_eq!(table.sessions_of(who.id, NOW).await, Ok(vec![two]));
}

#[tokio::test]
async fn a_deactivated_account_is_not_found_and_lets_nobody_in() {
    let table = Stack::new().await.table;
    let who = Profile { status_message: Some("here".into()), ..profile("ann", "Ann") };
    table.create_account(&who, "h").await.unwrap();
    let load = async || {
        let ask = Ask { profiles: vec![who.id], ..Ask::default() };
        table.look(ask, NOW).await.unwrap().profiles.remove(&who.id).unwrap()
    };
    for _ in 0..2 {
        table.set_deactivated(&who, true).await.unwrap();
        let gone = load().await;
        assert_eq!((gone.deactivated, &gone.status_message), (true, &None));
    }
    assert_eq!(table.search_users("ann", 5).await, Ok(vec![]));
    assert_eq!(table.open_session(&session_of(who.id), "ann", "h").await, Ok(Commit::Stale));
    // A change of the profile that was under way does not bring it back.
    table.save_profile(&Profile { display_name: "Anna".into(), ..who.clone() }).await.unwrap();
    assert!(load().await.deactivated);
    table.set_deactivated(&who, false).await.unwrap();
    assert!(!load().await.deactivated);
    assert_eq!(table.search_users("ann", 5).await.unwrap().len(), 1);
    assert_eq!(table.open_session(&session_of(who.id), "ann", "h").await, Ok(Commit::Done));
    let nobody = table.set_deactivated(&profile("bob", "Bob"), true).await.unwrap_err();
    assert_eq!(nobody.code, Code::NotFound);
}

#[tokio::test]
async fn a_room_knows_who_is_gone() {
    let stack = Stack::new().await;
    let (room, owner) = stack.room(RoomKind::Private, "r").await;
    let gone = async || stack.load_room(room.id).await.unwrap().gone;
    for _ in 0..2 {
        stack.table.mark_gone(room.id, owner.user, true).await.unwrap();
        assert_eq!(gone().await, [owner.user]);
    }
    stack.table.mark_gone(room.id, owner.user, false).await.unwrap();
    assert_eq!(gone().await, []);
}
