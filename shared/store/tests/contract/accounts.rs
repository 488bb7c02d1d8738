//! Accounts, profiles, search.

use crate::harness::*;
use chat::ports::*;
use domain::{Code, Credentials, Profile, Status};
use futures_util::future::join_all;

async fn load(stack: &Stack, of: &Profile) -> Option<Profile> {
    let ask = Ask { profiles: vec![of.id], ..Ask::default() };
    stack.table.look(ask, NOW).await.unwrap().profiles.remove(&of.id)
}

#[tokio::test]
async fn a_name_belongs_to_one() {
    let stack = Stack::new().await;
    let people: Vec<_> = ["Ann", "ann", "ANN", "aNn"].map(|name| profile(name, name)).into();
    let made = join_all(people.iter().map(|p| stack.table.create_account(p, &p.username))).await;
    let won: Vec<_> =
        people.iter().zip(&made).filter(|(_, c)| **c == Ok(Commit::Done)).map(|(p, _)| p).collect();
    let [winner] = won[..] else { panic!("one gets it: {made:?}") };
    let wanted = Credentials { user: winner.id, password_hash: winner.username.clone() };
    assert_eq!(stack.table.credentials("ann").await, Ok(Some(wanted)));
    assert_eq!(stack.table.credentials("bob").await, Ok(None));
    for one in &people {
        assert_eq!(load(&stack, one).await.is_some(), one.id == winner.id);
    }
}

#[tokio::test]
async fn a_profile_changes_and_clears() {
    let stack = Stack::new().await;
    let before = profile("ann", "Ann");
    assert_eq!(stack.table.create_account(&before, "h").await, Ok(Commit::Done));
    let full = Profile {
        display_name: "Änne".into(),
        avatar_url: Some("https://e.org/a".into()),
        status: Some(Status::Busy),
        status_message: Some("lunch".into()),
        status_emoji: Some("🍜".into()),
        status_expires_at: Some(NOW.plus_ms(9)),
        last_seen: NOW.plus_ms(5),
        ..before.clone()
    };
    assert_eq!(stack.table.save_profile(&full).await, Ok(()));
    assert_eq!(load(&stack, &full).await, Some(full.clone()));
    assert_eq!(stack.table.search_users("änn", 5).await, Ok(vec![full]));
    assert_eq!(stack.table.save_profile(&before).await, Ok(()));
    assert_eq!(load(&stack, &before).await, Some(before));
    let nobody = profile("nobody", "Nobody");
    assert_eq!(stack.table.save_profile(&nobody).await.unwrap_err().code, Code::NotFound);
    assert_eq!(load(&stack, &nobody).await, None);
}

#[tokio::test]
async fn search_finds_prefixes_first() {
    let stack = Stack::new().await;
    for (name, display) in [
        ("zoe", "An Other"),
        ("annika", "x"),
        ("ann", "Ann Ann"),
        ("susann", "Susi"),
        ("bob", "Bob"),
    ] {
        let one = profile(name, display);
        assert_eq!(stack.table.create_account(&one, "h").await, Ok(Commit::Done));
    }
    let search = async |part, limit| {
        let found = stack.table.search_users(part, limit).await.unwrap();
        found.into_iter().map(|p| p.username).collect::<Vec<_>>()
    };
    assert_eq!(search("ann", 9).await, ["ann", "annika", "susann"]);
    assert_eq!(search("an", 9).await, ["ann", "annika", "susann", "zoe"]);
    assert_eq!(search("ann", 2).await, ["ann", "annika"]);
    assert_eq!(search("ann", 1).await, ["ann"]);
    assert_eq!(search("other", 9).await, ["zoe"]);
    assert_eq!(search("nothing", 9).await, Vec::<String>::new());
    assert_eq!(search("", 9).await, Vec::<String>::new());
}
