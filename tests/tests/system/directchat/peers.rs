//! Two Parlances on one machine as peers of each other, through the outage and the restart of one of them.

use super::said;
use parlance_tests::files::png;
use parlance_tests::prelude::*;
use std::time::{Duration, Instant};

/// Waits until a user's room shows these texts, oldest first.
async fn shows(user: &User, room: &str, wanted: &[&str]) {
    let begun = Instant::now();
    loop {
        let there = said(user, room).await;
        if there == wanted {
            return;
        }
        assert!(begun.elapsed() < parlance_tests::DEADLINE, "{there:?} instead of {wanted:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Waits for a user's contact, and returns its room.
async fn room_of(user: &User) -> String {
    let begun = Instant::now();
    loop {
        if let Some(contact) = user.contacts().await.first() {
            return contact["room_id"].as_str().unwrap().to_owned();
        }
        assert!(begun.elapsed() < parlance_tests::DEADLINE, "no contact");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// What both sides of a message must agree on.
fn essence(message: &Value) -> Value {
    let reactions: Vec<Value> = message["reactions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| json!([r["emoji"], r["count"]]))
        .collect();
    let files: Vec<&Value> =
        message["attachments"].as_array().unwrap().iter().map(|f| &f["size"]).collect();
    json!({"content": message["content"], "answers": message["parent_message_id"].is_string(),
        "by": message["sender"]["display_name"], "reactions": reactions, "files": files})
}

async fn essences(user: &User, room: &str) -> Vec<Value> {
    user.history(room, 50).await.iter().rev().map(essence).collect()
}

#[tokio::test]
async fn the_same_conversation_on_both_sides() {
    let [here, there] = [(); 2].map(|()| Stack::start(Options::new().roomy().peering()));
    let [alice, bob] = [here.user().await, there.user().await];
    let ours = alice.add_contact(&bob.directchat()).await["room_id"].as_str().unwrap().to_owned();
    let hello = alice.send(&ours, "hello Bob").await;
    let theirs = room_of(&bob).await;
    shows(&bob, &theirs, &["hello Bob"]).await;
    let contact = bob.only_contact().await;
    assert_eq!(
        (&contact["request"], &contact["address"]),
        (&json!(true), &json!(alice.directchat()))
    );
    let got = bob.history(&theirs, 5).await.remove(0);
    let answer = json!({"content": "hello Alice", "parent_message_id": got["id"]});
    let answer = bob.send_as(&theirs, answer).await;
    shows(&alice, &ours, &["hello Bob", "hello Alice"]).await;
    let id = hello["id"].as_str().unwrap();
    alice.put(&format!("/messages/{id}"), json!({"content": "hello, Bob!"})).await.ok(200);
    shows(&bob, &theirs, &["hello, Bob!", "hello Alice"]).await;
    let got = alice.history(&ours, 1).await.remove(0);
    assert_eq!(got["parent_message_id"], id);
    let reaction = json!({"emoji": "🎉"});
    alice
        .post(&format!("/messages/{}/reactions", got["id"].as_str().unwrap()), reaction.clone())
        .await
        .ok(201);
    let mine = bob.history(&theirs, 5).await.pop().unwrap();
    bob.post(&format!("/messages/{}/reactions", mine["id"].as_str().unwrap()), reaction)
        .await
        .ok(201);
    let picture = bob.upload("tea.png", &png(12, 8)).await;
    bob.send_files(&theirs, "", &[&picture]).await;
    shows(&alice, &ours, &["hello, Bob!", "hello Alice", ""]).await;
    let shown = alice.history(&ours, 1).await.remove(0);
    assert_eq!(shown["attachments"][0]["width"], 12);
    alice.send(&ours, "nice").await;
    shows(&bob, &theirs, &["hello, Bob!", "hello Alice", "", "nice"]).await;
    let id = answer["id"].as_str().unwrap();
    bob.delete(&format!("/messages/{id}")).await.ok(200);
    shows(&alice, &ours, &["hello, Bob!", "[deleted]", "", "nice"]).await;
    let begun = Instant::now();
    loop {
        let (mut a, mut b) = (essences(&alice, &ours).await, essences(&bob, &theirs).await);
        // A deleted message keeps nothing here, and only its text is gone there: the protocol has no deletion.
        a.remove(1);
        b.remove(1);
        if a == b {
            break;
        }
        assert!(begun.elapsed() < parlance_tests::DEADLINE, "{a:#?} and {b:#?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn an_outage_loses_nothing_and_turns_nothing_round() {
    let [here, there] = [(); 2].map(|()| Stack::start(Options::new().roomy().peering()));
    let [alice, bob] = [here.user().await, there.user().await];
    let ours = alice.add_contact(&bob.directchat()).await["room_id"].as_str().unwrap().to_owned();
    alice.send(&ours, "1").await;
    let theirs = room_of(&bob).await;
    shows(&bob, &theirs, &["1"]).await;
    bob.send(&theirs, "2").await;
    shows(&alice, &ours, &["1", "2"]).await;
    // The other side is away, and this one is killed while it waits.
    there.kill();
    let sent = alice.send_all(&ours, ["3", "4", "5"]).await;
    let edited = format!("/messages/{}", sent[1]["id"].as_str().unwrap());
    alice.put(&edited, json!({"content": "four"})).await.ok(200);
    let begun = Instant::now();
    while alice.only_contact().await["waiting"] != true {
        assert!(begun.elapsed() < parlance_tests::DEADLINE, "it was never tried");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    here.kill();
    here.start_again();
    let alice = alice.reconnected();
    alice.send(&ours, "6").await;
    there.start_again();
    let bob = bob.reconnected();
    shows(&bob, &theirs, &["1", "2", "3", "four", "5", "6"]).await;
    bob.send_all(&theirs, ["7", "8"]).await;
    shows(&alice, &ours, &["1", "2", "3", "four", "5", "6", "7", "8"]).await;
    // Killed while it sends: what was taken before is not shown twice.
    let more: Vec<String> = (9..30).map(|n| n.to_string()).collect();
    alice.send_all(&ours, &more[..10]).await;
    there.kill();
    alice.send_all(&ours, &more[10..]).await;
    there.start_again();
    let bob = bob.reconnected();
    let first = ["1", "2", "3", "four", "5", "6", "7", "8"];
    let all: Vec<&str> = first.into_iter().chain(more.iter().map(String::as_str)).collect();
    shows(&bob, &theirs, &all).await;
    assert_eq!(alice.contacts().await.len(), 1);
    assert_eq!(bob.contacts().await.len(), 1);
}

#[tokio::test]
async fn two_of_one_deployment_may_be_peers_too() {
    let [alice, bob] = stack().users().await;
    let ours = alice.add_contact(&bob.directchat()).await["room_id"].as_str().unwrap().to_owned();
    alice.send(&ours, "the long way round").await;
    let theirs = room_of(&bob).await;
    shows(&bob, &theirs, &["the long way round"]).await;
    // Nobody is their own contact: their own address is somebody else's, and refuses them.
    let own = alice.contacts_call("POST", "", Some(json!({"address": alice.directchat()}))).await;
    let room = own.ok(201)["room_id"].as_str().unwrap().to_owned();
    alice.send(&room, "hello me").await;
    assert_eq!(said(&alice, &room).await, ["hello me"]);
}
