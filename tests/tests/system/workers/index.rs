//! `index`: what is written can be found, whatever dies in between.

use parlance_tests::prelude::*;
use parlance_tests::process::signal;

#[tokio::test]
async fn messages_edits_and_deletions_reach_the_index() {
    let alice = stack().user().await;
    let room = alice.make_room("private", "Tea").await;
    let sent = alice.send(&room, "green tea").await;
    alice.expect_found(&room, "tea", &["green tea"]).await;
    let path = format!("/messages/{}", sent["id"].as_str().unwrap());
    alice.put(&path, json!({"content": "black coffee"})).await.ok(200);
    alice.expect_found(&room, "coffee", &["black coffee"]).await;
    alice.delete(&path).await.ok(200);
    alice.expect_found(&room, "coffee", &[]).await;
}

#[tokio::test]
async fn what_cannot_be_searched_starts_nothing() {
    let stack = Stack::start(Options::new().roomy());
    let alice = stack.user().await;
    let room = alice.make_room("public", "Tea").await;
    alice.send(&room, "tea").await;
    alice.expect_found(&room, "tea", &["tea"]).await;
    stack.expect_invoked("index", 1).await;
    // Profiles, rooms, sessions, typing: written, and none of the index's business.
    alice.patch("/users/me", json!({"status_message": "busy"})).await.ok(200);
    alice.put(&format!("/rooms/{room}"), json!({"description": "all about tea"})).await.ok(200);
    alice.sign_in_again().await;
    alice.send(&room, "more tea").await;
    alice.expect_found(&room, "more", &["more tea"]).await;
    stack.expect_invoked("index", 2).await;
}

#[tokio::test]
async fn a_deleted_room_leaves_the_index() {
    let stack = Stack::start(Options::new().roomy());
    let [alice, bob] = stack.users().await;
    let room = alice.room_with(&[&bob]).await;
    let other = alice.room_with(&[&bob]).await;
    alice.send_all(&room, ["tea one", "tea two"]).await;
    alice.send(&other, "tea three").await;
    alice.settle(&room).await;
    alice.settle(&other).await;
    alice.delete(&format!("/rooms/{room}")).await.ok(200);
    assert_eq!(bob.find("tea").await, ["tea three"]);
    bob.get(&format!("/search?q=tea&room_id={room}")).await.problem(404, "not_found");
    // The index itself is emptied, not only hidden.
    stack.expect_index_without(&room).await;
}

#[tokio::test]
async fn nothing_acknowledged_is_lost_to_kill_9() {
    let stack = Stack::start(Options::new().roomy());
    let mut alice = stack.user().await;
    let room = alice.make_room("private", "Tea").await;
    let mut texts: Vec<String> = vec![];
    for round in 0..3 {
        let fresh: Vec<String> = (0..20).map(|n| format!("tea number{round}x{n}")).collect();
        alice.send_all(&room, &fresh).await;
        texts.extend(fresh);
        if round == 0 {
            // Only the worker: the batch it had comes again.
            let worker = stack.processes().await.into_iter().find(|p| p.function == "index");
            signal("KILL", &worker.map(|process| process.pid).into_iter().collect::<Vec<_>>());
        } else {
            // Everything, whatever the worker has and has not written.
            stack.kill();
            stack.start_again();
            alice = alice.reconnected();
        }
    }
    texts.reverse();
    let wanted: Vec<&str> = texts.iter().map(String::as_str).take(50).collect();
    alice.expect_found(&room, "tea", &wanted).await;
    for text in &texts {
        let word = format!("\"{}\"", text.trim_start_matches("tea "));
        assert_eq!(alice.find_in(&room, &word).await, [text.as_str()]);
    }
}
