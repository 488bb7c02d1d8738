//! `POST /send/{channel}`: what users of other servers say

use super::{acquainted, message, said};
use crate::notifications::eventually;
use parlance_tests::peer::{Peer, about, chat, secret};
use parlance_tests::prelude::*;
use parlance_tests::stack::DOMAIN;

#[tokio::test]
async fn a_stranger_is_a_request_and_hears_nothing() {
    let alice = stack().user().await;
    let socket = Socket::connect(&alice).await;
    let bea = Peer::start("Bea").await;
    let picture = [("Chat-Profile-Picture", "https://bea.example/me.png")];
    let url = format!("{}/send/%23main", alice.directchat());
    let said_it = bea.post(&url, &picture, chat("hello").to_string().into()).await.ok(200);
    let contact = alice.only_contact().await;
    let room = contact["room_id"].as_str().unwrap();
    let created = socket.expect("message_created", |data| data["room_id"] == room).await;
    let sender = &created.data["message"]["sender"];
    assert_eq!(sender["display_name"], "Bea");
    assert_eq!(sender["avatar_url"], "https://bea.example/me.png");
    assert_eq!(said_it["event_id"], created.data["message"]["id"], "our id of it");
    assert!(said_it["sender_id"].as_str().unwrap().len() >= 32);
    assert_eq!((&contact["request"], &contact["state"]), (&json!(true), &json!("online")));
    assert_eq!(contact["address"], bea.address.as_str());
    let shown = alice.room(room).await;
    assert_eq!((&shown["type"], &shown["name"]), (&json!("direct"), &json!("Bea")));
    assert_eq!(shown["unread_count"], 1);
    let list = eventually(&alice, |list| list["unread_count"] == 1).await;
    assert_eq!(list["notifications"][0]["room_id"], room, "the usual notification");
    // Reading, typing and looking are not answers.
    alice.poke(&format!("/rooms/{room}/read")).await.ok(200);
    alice.post(&format!("/rooms/{room}/typing"), json!({"typing": true})).await;
    bea.say(&alice, "still there?").await;
    assert_eq!(said(&alice, room).await, ["hello", "still there?"]);
    assert_eq!(bea.calls().len(), 0, "nothing is sent before an answer");
    alice.send(room, "hi").await;
    let got = bea.heard("chat", "hi").await;
    assert_eq!(got.header("chat-identification"), said_it["sender_id"], "as it was told");
    // Written down a moment after it was taken.
    while alice.only_contact().await["request"] == true {}
}

#[tokio::test]
async fn users_are_named_by_host_or_by_path() {
    let alice = stack().user().await;
    let bea = Peer::start("Bea").await;
    let base = &alice.api.base;
    let host = format!("{}.{DOMAIN}", alice.name.replace('_', "-").to_uppercase());
    let send = async |path: &str, headers: &[(&str, &str)], text: &str| {
        bea.post(&format!("{base}{path}"), headers, chat(text).to_string().into()).await
    };
    send("/send/%23main", &[("Host", &host)], "one").await.ok(200);
    send("/send/main", &[("X-Forwarded-Host", &host)], "two").await.ok(200);
    send(&format!("/directchat/{}/send/main", alice.name), &[], "three").await.ok(200);
    let room = alice.only_contact().await["room_id"].as_str().unwrap().to_owned();
    assert_eq!(said(&alice, &room).await, ["one", "two", "three"], "one contact, one room");
    for (path, headers) in [
        ("/send/main", vec![]),
        ("/send/main", vec![("Host", "nobody-at-all.parlance.test")]),
        ("/send/main", vec![("Host", DOMAIN)]),
        ("/send/main", vec![("Host", "a.b.parlance.test")]),
        ("/directchat/nobody_at_all/send/main", vec![]),
        ("/send/a%2Fb", vec![("Host", host.as_str())]),
        ("/send/%23%23", vec![("Host", host.as_str())]),
    ] {
        let refused = send(path, &headers, "no").await.ok(404);
        assert!(refused["error"].is_string(), "{path}: {refused}");
    }
    let hint = send("/send/", &[("Host", &host)], "no").await.ok(404);
    assert!(hint["error"].as_str().unwrap().contains("%23"), "{hint}");
    bea.say(&alice, "for the channel").await;
    assert_eq!(alice.only_contact().await["channel"], "main");
}

#[tokio::test]
async fn every_type_of_event_does_what_it_says() {
    let alice = stack().user().await;
    let socket = Socket::connect(&alice).await;
    let bea = Peer::start("Bea").await;
    let room = acquainted(&alice, &bea).await;
    let question = alice.send(&room, "a question").await;
    let asked = bea.heard("chat", "a question").await.event_id;
    // A reply to ours by their name for it, one to theirs by our name.
    let reply = bea.send(&alice, about("reply", &asked, "an answer")).await;
    let there = message(&alice, &room, "an answer").await;
    assert_eq!(there["parent_message_id"], question["id"]);
    assert_eq!(there["id"], reply["event_id"]);
    let own = bea.say(&alice, "mine").await;
    bea.send(&alice, about("reply", &own, "to mine")).await;
    assert_eq!(message(&alice, &room, "to mine").await["parent_message_id"], own.as_str());
    bea.send(&alice, about("reply", "whatever", "to nothing")).await;
    assert_eq!(message(&alice, &room, "to nothing").await["parent_message_id"], Value::Null);
    // Edits, also of what an edit was called; one of nothing is shown.
    let edit = bea.send(&alice, about("edit", &own, "mine, better")).await;
    assert_eq!(alice.message(&own).await["content"], "mine, better");
    let edit = edit["event_id"].as_str().unwrap();
    bea.send(&alice, about("edit", edit, "mine, best")).await;
    assert_eq!(alice.message(&own).await["content"], "mine, best");
    bea.send(&alice, about("edit", "unheard of", "shown all the same")).await;
    message(&alice, &room, "shown all the same").await;
    let refused = bea.try_send(&alice, about("edit", &asked, "not theirs")).await;
    assert_eq!(refused.status, 403, "{}", refused.text);
    // Reactions to both.
    for target in [&asked, &own] {
        bea.send(&alice, about("react", target, "👍")).await;
    }
    let id = question["id"].as_str().unwrap();
    for id in [id, &own] {
        assert_eq!(alice.message(id).await["reactions"][0]["emoji"], "👍", "{id}");
    }
    let refused = bea.try_send(&alice, about("react", "unheard of", "👍")).await;
    assert!(matches!(refused.status, 404 | 429), "{}", refused.text);
    // Names come with every event.
    let renamed = bea.with_nickname("Beatrice ✿");
    renamed.send(&alice, json!({"type": "nick"})).await;
    let told =
        socket.expect("user_updated", |data| data["user"]["display_name"] == "Beatrice ✿").await;
    assert_eq!(told.data["user"]["id"], there["sender"]["id"]);
    // States.
    for (event, state) in [
        (json!({"type": "connection", "state": "away"}), "away"),
        (json!({"type": "quiet"}), "quiet"),
        (json!({"type": "connection", "state": "offline"}), "offline"),
        (chat("back"), "online"),
    ] {
        renamed.send(&alice, event.clone()).await;
        assert_eq!(alice.only_contact().await["state"], state, "{event}");
    }
}

#[tokio::test]
async fn html_becomes_text() {
    let alice = stack().user().await;
    let bea = Peer::start("Bea").await;
    let html = "<p>Hello <b>you</b></p><script>alert(1)</script>\
                <a href=\"javascript:alert(1)\">x</a> <a href=\"https://x.example\">y</a>\
                <img src=x onerror=alert(1)> &lt;i&gt;";
    let content = json!({"format": "html", "text": html}).to_string();
    bea.send(&alice, json!({"type": "chat", "schema": "m.text", "content": content})).await;
    let room = alice.only_contact().await["room_id"].as_str().unwrap().to_owned();
    let all = alice.history(&room, 5).await;
    assert_eq!(all[0]["content"], "Hello **you**\n\nx [y](https://x.example) <i>");
    let shown = all[0]["content_html"].as_str().unwrap();
    assert!(shown.contains("<strong>you</strong>") && shown.contains("&lt;i&gt;"), "{shown}");
    assert!(!shown.contains("script") && !shown.contains("onerror"), "{shown}");
    alice.send(&room, "in their way").await;
    let got = bea.heard("chat", "in their way").await;
    assert!(got.body["content"].is_string(), "as they write it: {}", got.body);
}

#[tokio::test]
async fn a_repetition_is_done_once() {
    let alice = stack().user().await;
    let bea = Peer::start("Bea").await;
    let first = bea.say(&alice, "once").await;
    assert_eq!(bea.say(&alice, "once").await, first, "a retry");
    let other = bea.say(&alice, "twice").await;
    assert_ne!(other, first);
    let url = format!("{}/send/%23main", alice.directchat());
    let keyed = async |key: &str, text: &str| {
        let body = chat(text).to_string().into();
        bea.post(&url, &[("Idempotency-Key", key)], body).await
    };
    let one = keyed("k-1", "same words").await.ok(200);
    let two = keyed("k-2", "same words").await.ok(200);
    assert_ne!(one["event_id"], two["event_id"], "said twice, with keys");
    assert_eq!(keyed("k-1", "same words").await.ok(200)["event_id"], one["event_id"]);
    let all = futures_util::future::join_all((0..6).map(|_| keyed("k-3", "at once"))).await;
    let ids: Vec<Value> = all.into_iter().map(|a| a.ok(200)["event_id"].clone()).collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    let room = alice.only_contact().await["room_id"].as_str().unwrap().to_owned();
    let expected = ["once", "twice", "same words", "same words", "at once"];
    assert_eq!(said(&alice, &room).await, expected);
}

#[tokio::test]
async fn a_stranger_who_calls_twice_at_once_is_one() {
    let alice = stack().user().await;
    let bea = Peer::start("Bea").await;
    let texts: Vec<String> = (0..5).map(|n| format!("hello {n}")).collect();
    futures_util::future::join_all(texts.iter().map(|text| bea.say(&alice, text))).await;
    let room = alice.only_contact().await["room_id"].as_str().unwrap().to_owned();
    let mut all = said(&alice, &room).await;
    all.sort();
    assert_eq!(all, texts);
}

#[tokio::test]
async fn whom_a_user_has_blocked_is_refused() {
    let alice = stack().user().await;
    let bea = Peer::start("Bea").await;
    bea.say(&alice, "hello").await;
    let contact = alice.only_contact().await;
    let (room, id) =
        (contact["room_id"].as_str().unwrap(), contact["user"]["id"].as_str().unwrap());
    alice.put(&format!("/users/{id}/block"), json!({})).await.ok(200);
    let own = message(&alice, room, "hello").await["id"].as_str().unwrap().to_owned();
    let renamed = bea.with_nickname("Other");
    for event in [
        chat("let me in"),
        about("edit", &own, "changed"),
        about("react", &own, "👍"),
        json!({"type": "nick"}),
        json!({"type": "connection", "state": "away"}),
    ] {
        let refused = renamed.try_send(&alice, event.clone()).await;
        assert_eq!(refused.status, 403, "{event}: {}", refused.text);
    }
    let upload = format!("{}/upload", alice.directchat());
    assert_eq!(renamed.post(&upload, &[], b"x".to_vec()).await.status, 403);
    assert_eq!(said(&alice, room).await, ["hello"], "and nothing was stored");
    let contact = alice.only_contact().await;
    assert_eq!(
        (&contact["user"]["display_name"], &contact["state"]),
        (&json!("Bea"), &json!("online"))
    );
    alice.delete(&format!("/users/{id}/block")).await.ok(200);
    bea.say(&alice, "thank you").await;
}

#[tokio::test]
async fn nobody_takes_the_address_of_somebody_who_was_reached() {
    let [alice, bob] = stack().users().await;
    let bea = Peer::start("Bea").await;
    let room = acquainted(&alice, &bea).await;
    let thief = bea.with_secret(&secret());
    let refused = thief.try_send(&alice, chat("I am Bea")).await;
    assert_eq!(refused.status, 401, "{}", refused.text);
    assert!(refused.json["error"].is_string());
    let mallory = Peer::start("Mallory").await;
    mallory.say(&alice, "hello").await;
    let moved = mallory.with_address(&bea.address);
    let refused = moved.try_send(&alice, chat("I have moved")).await;
    assert_eq!(refused.status, 401, "a known one neither: {}", refused.text);
    assert_eq!(said(&alice, &room).await, ["first", "answer"]);
    thief.say(&bob, "hello").await;
    assert_eq!(bob.contacts().await.len(), 1, "for others nothing follows from it");
}

#[tokio::test]
async fn what_is_no_call_is_refused() {
    let alice = stack().user().await;
    let bea = Peer::start("Bea").await;
    let url = format!("{}/send/%23main", alice.directchat());
    let long = "x".repeat(300);
    for (name, value, status) in [
        ("Chat-Nickname", "", 400),
        ("Chat-Identification", "", 400),
        ("Chat-Identification", &long, 400),
        ("Chat-Identification", "two words", 400),
        ("Chat-Reply", "", 400),
        ("Chat-Reply", "http://user:password@127.0.0.1/", 400),
        ("Chat-Reply", "ftp://127.0.0.1/", 400),
        ("Chat-Reply", "https://10.0.0.1", 400),
        ("Chat-Reply", "http://169.254.169.254/latest", 400),
        ("Chat-Reply-Method", "append", 400),
        ("Chat-Version", "", 400),
        ("Chat-Version", "v2", 400),
        ("Idempotency-Key", "no spaces", 400),
    ] {
        let body = chat("no").to_string().into_bytes();
        let refused = bea.post(&url, &[(name, value)], body).await;
        assert_eq!(refused.status, status, "{name}: {value}: {}", refused.text);
        assert!(refused.json["error"].is_string(), "{name}: {}", refused.text);
    }
    let many = chat(&"x".repeat(10_001)).to_string();
    let huge = vec![b' '; 300_000];
    let deep = "[".repeat(100_000);
    for (body, status) in [
        (b"".as_slice(), 400),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b"null", 400),
        (b"{\"type\":\"chat\"}", 400),
        (b"{\"type\":\".chat\",\"schema\":\"m.text\",\"content\":{\"text\":\"x\"}}", 400),
        (many.as_bytes(), 400),
        (deep.as_bytes(), 400),
        (&huge, 413),
    ] {
        let refused = bea.post(&url, &[], body.to_vec()).await;
        assert_eq!(refused.status, status, "{}", refused.text);
        assert!(refused.json["error"].is_string(), "{}", refused.text);
    }
    assert_eq!(alice.contacts().await.len(), 0, "and nothing is left of it");
    let quoted =
        bea.post(&url, &[("Chat-Version", "\"v1\"")], chat("yes").to_string().into()).await;
    quoted.ok(200);
    let nameless = [("Chat-Nickname", "   ")];
    assert_eq!(bea.post(&url, &nameless, chat("no").to_string().into()).await.status, 400);
    for path in ["/send/main", "/directchat/x/send/main"] {
        let answer = bea.post(&format!("{}{path}/more", alice.api.base), &[], vec![]).await;
        assert_eq!(answer.status, 404, "{path}");
    }
}
