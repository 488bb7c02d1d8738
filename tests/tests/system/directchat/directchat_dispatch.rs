//! `directchat_dispatch`: what ours say to users of other servers

use super::{acquainted, message};
use parlance_tests::files::{pdf, png};
use parlance_tests::peer::{Got, Mood, Peer, about, chat, secret};
use parlance_tests::prelude::*;
use parlance_tests::stack::DOMAIN;
use sha2::{Digest, Sha256};

fn texts(events: &[Got]) -> Vec<String> {
    events.iter().map(Got::text).collect()
}

#[tokio::test]
async fn everything_that_has_a_word_is_told() {
    let alice = stack().user().await;
    let socket = Socket::connect(&alice).await;
    let bea = Peer::start("Bea").await;
    alice
        .patch(
            "/users/me",
            json!({"display_name": "Älice", "avatar_url": "https://a.example/a.png"}),
        )
        .await
        .ok(200);
    let theirs = bea.say(&alice, "first").await;
    let room = alice.only_contact().await["room_id"].as_str().unwrap().to_owned();
    let sent = alice.send(&room, "**hello** <b>").await;
    let got = bea.heard("chat", "**hello** <b>").await;
    assert_eq!(got.path, "/send/%23main");
    assert_eq!(got.header("chat-nickname"), "Älice");
    assert_eq!(got.header("chat-version"), "v1");
    assert_eq!(got.header("chat-profile-picture"), "https://a.example/a.png");
    assert_eq!(
        got.header("chat-reply"),
        format!("{}.{DOMAIN}", alice.name.replace('_', "-").to_lowercase())
    );
    let content = json!({"format": "plain", "text": "**hello** <b>"});
    assert_eq!(got.body, json!({"type": "chat", "schema": "m.text", "content": content}));
    // The sender sees that it has arrived.
    let arrived = socket.expect("message_delivered", |data| data["room_id"] == room.as_str()).await;
    assert_eq!(arrived.data["message_id"], sent["id"]);
    let id = sent["id"].as_str().unwrap();
    // A reply to theirs by our name for it, to ours by theirs.
    let reply = |to: &str, text: &str| json!({"content": text, "parent_message_id": to});
    alice.send_as(&room, reply(&theirs, "to yours")).await;
    assert_eq!(bea.heard("reply", "to yours").await.body["target"], theirs.as_str());
    alice.send_as(&room, reply(id, "to mine")).await;
    assert_eq!(bea.heard("reply", "to mine").await.body["target"], got.event_id.as_str());
    alice.put(&format!("/messages/{id}"), json!({"content": "better"})).await.ok(200);
    assert_eq!(bea.heard("edit", "better").await.body["target"], got.event_id.as_str());
    alice.post(&format!("/messages/{theirs}/reactions"), json!({"emoji": "🎉"})).await.ok(201);
    let react = bea.heard("react", "🎉").await;
    assert_eq!((&react.body["target"], &react.body["schema"]), (&json!(theirs), &json!("m.text")));
    alice.delete(&format!("/messages/{id}")).await.ok(200);
    assert_eq!(bea.heard("edit", "[deleted]").await.body["target"], got.event_id.as_str());
    alice.patch("/users/me", json!({"display_name": "Alice B"})).await.ok(200);
    let nick = bea.heard("nick", "").await;
    assert_eq!(nick.header("chat-nickname"), "Alice B");
    let kinds: Vec<Value> = bea.events().iter().map(|got| got.body["type"].clone()).collect();
    assert_eq!(
        kinds,
        ["chat", "reply", "reply", "edit", "react", "edit", "nick"],
        "and nothing else"
    );
}

#[tokio::test]
async fn many_come_in_their_order() {
    let alice = stack().user().await;
    let bea = Peer::start("Bea").await;
    let room = acquainted(&alice, &bea).await;
    let texts_sent: Vec<String> = (0..30).map(|n| format!("number {n}")).collect();
    alice.send_all(&room, &texts_sent).await;
    bea.heard("chat", "number 29").await;
    assert_eq!(texts(&bea.events())[1..], texts_sent);
    let keys: std::collections::BTreeSet<String> =
        bea.calls().iter().map(|got| got.header("idempotency-key").to_owned()).collect();
    assert_eq!(keys.len(), 31, "each with its own key");
}

#[tokio::test]
async fn files_are_handed_over_first() {
    let alice = stack().user().await;
    let bea = Peer::start("Bea").await;
    let room = acquainted(&alice, &bea).await;
    let picture = png(30, 10);
    let [one, two] = [alice.upload("a.png", &picture).await, alice.upload("b.pdf", &pdf()).await];
    alice.send_files(&room, "look", &[&one, &two]).await;
    let url = |bytes: &[u8]| format!("sha256://{:x}", Sha256::digest(bytes));
    let last = url(&pdf());
    let calls = bea
        .until("the second file", |calls| {
            calls.iter().any(|got| got.body["content"]["url"] == last.as_str())
        })
        .await;
    let of_message = &calls[1..];
    let paths: Vec<&str> = of_message.iter().map(|got| got.path.as_str()).collect();
    assert_eq!(paths, ["/send/%23main", "/upload", "/send/%23main", "/upload", "/send/%23main"]);
    assert_eq!(of_message[0].text(), "look");
    assert_eq!(of_message[1].bytes, picture);
    assert_eq!(of_message[1].header("content-type"), "image/png");
    let content = json!({"file_type": "image/png", "url": url(&picture)});
    assert_eq!(of_message[2].body, json!({"type": "chat", "schema": "m.file", "content": content}));
    assert_eq!(of_message[4].body["content"]["file_type"], "application/pdf");
    // What they do not want is named.
    bea.next([Mood::Status(413)]);
    let three = alice.upload("c.png", &png(5, 5)).await;
    alice.send_files(&room, "", &[&three]).await;
    bea.heard("chat", "[file c.png could not be delivered]").await;
}

#[tokio::test]
async fn addresses_are_tried_in_their_order() {
    let alice = stack().user().await;
    let main = Peer::start("Bea").await;
    let fallback = Peer::start("Bea").await.with_secret(&main.secret);
    let other = Peer::start("Bea").await.with_secret(&main.secret);
    let room = acquainted(&alice, &main).await;
    let url = format!("{}/send/%23main", alice.directchat());
    let from = async |peer: &Peer, method: &str, text: &str| {
        let headers = [("Chat-Reply-Method", method)];
        peer.post(&url, &headers, chat(text).to_string().into()).await.ok(200);
    };
    from(&fallback, "fallback", "also here").await;
    let contact = alice.only_contact().await;
    assert_eq!(contact["fallbacks"], json!([fallback.address]));
    main.always(Some(Mood::Status(503)));
    alice.send(&room, "over the other").await;
    fallback.heard("chat", "over the other").await;
    assert!(main.calls().iter().any(|got| got.text() == "over the other"), "the main one first");
    main.always(None);
    alice.send(&room, "over the main one").await;
    main.heard("chat", "over the main one").await;
    assert!(!texts(&fallback.events()).contains(&"over the main one".to_owned()));
    from(&other, "replace", "moved").await;
    alice.send(&room, "to the new one").await;
    other.heard("chat", "to the new one").await;
    let contact = alice.only_contact().await;
    assert_eq!(contact["address"], other.address.as_str());
    assert_eq!(contact["fallbacks"], json!([fallback.address]));
}

#[tokio::test]
async fn who_is_offline_gets_all_of_it_later_in_order() {
    let alice = stack().user().await;
    let bea = Peer::start("Bea").await;
    let room = acquainted(&alice, &bea).await;
    bea.send(&alice, json!({"type": "connection", "state": "offline"})).await;
    let kept = ["one", "two", "three"];
    alice.send_all(&room, kept).await;
    let changed = message(&alice, &room, "two").await["id"].as_str().unwrap().to_owned();
    alice.put(&format!("/messages/{changed}"), json!({"content": "two and a half"})).await.ok(200);
    tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
    assert_eq!(bea.calls().len(), 1, "nothing while they are away");
    bea.send(&alice, json!({"type": "online"})).await;
    bea.heard("chat", "three").await;
    let expected = ["answer", "one", "two and a half", "three"];
    assert_eq!(texts(&bea.events()), expected, "what was changed meanwhile as it is now");
}

#[tokio::test]
async fn who_does_not_answer_is_asked_again() {
    let alice = stack().user().await;
    let bea = Peer::start("Bea").await;
    let room = acquainted(&alice, &bea).await;
    bea.next([Mood::Status(503), Mood::Says(b"<html>parked</html>".to_vec()), Mood::Status(429)]);
    alice.send_all(&room, ["one", "two"]).await;
    bea.heard("chat", "two").await;
    assert_eq!(texts(&bea.events()), ["answer", "one", "two"]);
    // An answer that is lost: they know the event by its key.
    bea.next([Mood::Lost]);
    alice.send(&room, "three").await;
    let is = |got: &&Got| got.text() == "three";
    let calls = bea.until("the second try", |calls| calls.iter().filter(is).count() == 2).await;
    let keys: Vec<&str> =
        calls.iter().filter(is).map(|got| got.header("idempotency-key")).collect();
    assert_eq!(keys[0], keys[1]);
    assert_eq!(alice.only_contact().await["waiting"], false);
}

#[tokio::test]
async fn being_heard_ends_the_waiting() {
    let alice = stack().user().await;
    let bea = Peer::start("Bea").await;
    let room = acquainted(&alice, &bea).await;
    bea.always(Some(Mood::Status(500)));
    alice.send(&room, "wait").await;
    // The delay doubles: after the fourth the next is eight seconds away.
    let is = |got: &&Got| got.text() == "wait";
    bea.until("four tries", |calls| calls.iter().filter(is).count() >= 4).await;
    assert_eq!(alice.only_contact().await["waiting"], true);
    bea.always(None);
    let begun = std::time::Instant::now();
    bea.say(&alice, "back again").await;
    bea.heard("chat", "wait").await;
    assert!(begun.elapsed().as_secs() < 7, "not when it would have been tried");
}

#[tokio::test]
async fn what_is_refused_for_good_holds_nothing_up() {
    let alice = stack().user().await;
    let bea = Peer::start("Bea").await;
    let room = acquainted(&alice, &bea).await;
    bea.next([Mood::Status(400), Mood::Status(403)]);
    alice.send_all(&room, ["one", "two", "three"]).await;
    bea.heard("chat", "three").await;
    assert_eq!(texts(&bea.events()), ["answer", "three"]);
}

#[tokio::test]
async fn both_know_each_other_by_what_the_first_call_said() {
    let alice = stack().user().await;
    let bea = Peer::start("Bea").await;
    let contact = alice.add_contact(&bea.address).await;
    let room = contact["room_id"].as_str().unwrap();
    assert_eq!((&contact["request"], bea.calls().len()), (&json!(false), 0), "nothing is sent yet");
    alice.send(room, "hello").await;
    let got = bea.heard("chat", "hello").await;
    // The answer has told what they identify themselves with: it is the same contact that calls.
    bea.send(&alice, about("reply", &got.event_id, "hello too")).await;
    let there = message(&alice, room, "hello too").await;
    assert_eq!(there["sender"]["display_name"], "Bea");
    assert_eq!(there["parent_message_id"], message(&alice, room, "hello").await["id"]);
    assert_eq!(alice.contacts().await.len(), 1);
    // From now on another secret at that address is somebody else's.
    let thief = bea.with_secret(&secret());
    assert_eq!(thief.try_send(&alice, chat("me")).await.status, 401);
}

#[tokio::test]
async fn who_writes_while_they_are_only_added_is_the_same_in_the_end() {
    let alice = stack().user().await;
    let bea = Peer::start("Bea").await;
    let added = alice.add_contact(&bea.address).await;
    bea.say(&alice, "a stranger still").await;
    assert_eq!(alice.contacts().await.len(), 2, "nothing proves yet that it is she");
    let room = added["room_id"].as_str().unwrap();
    alice.send(room, "is it you?").await;
    bea.heard("chat", "is it you?").await;
    // Now her server has said who she is.
    let begun = std::time::Instant::now();
    for number in 0.. {
        let answer = bea.try_send(&alice, chat(&format!("yes {number}"))).await;
        assert!(matches!(answer.status, 200 | 429), "{}", answer.text);
        if alice.history(room, 5).await[0]["content"].as_str().unwrap().starts_with("yes") {
            break;
        }
        assert!(begun.elapsed() < parlance_tests::DEADLINE, "she stayed a stranger");
    }
}
