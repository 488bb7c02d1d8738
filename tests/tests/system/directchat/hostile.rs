//! What hostile servers do: addresses that lead inside, redirects, answers that never end, and replays.

use super::{acquainted, said};
use parlance_tests::peer::{Mood, Peer, chat};
use parlance_tests::prelude::*;
use std::time::{Duration, Instant};

#[tokio::test]
async fn nothing_is_sent_to_the_machine_itself() {
    let stack = Stack::start(Options::new().roomy().param("DirectChatRetrySeconds", 1));
    let alice = stack.user().await;
    let inside = Peer::start("Inside").await;
    let port = inside.address.rsplit(':').next().unwrap().to_owned();
    // What can be seen to be none of the open internet is refused at once.
    for reply in [
        inside.address.clone(),
        format!("https://127.0.0.1:{port}"),
        format!("https://[::1]:{port}"),
        "https://169.254.169.254".into(),
        "https://10.0.0.1".into(),
        "https://[fe80::1]".into(),
        "https://[::ffff:127.0.0.1]".into(),
    ] {
        let url = format!("{}/send/%23main", alice.directchat());
        let body = chat("hello").to_string().into_bytes();
        let refused = inside.post(&url, &[("Chat-Reply", &reply)], body).await;
        assert_eq!(refused.status, 400, "{reply}: {}", refused.text);
        let body = json!({"address": reply});
        let refused = alice.contacts_call("POST", "", Some(body)).await;
        assert_eq!(refused.status, 400, "{reply}: {}", refused.text);
    }
    assert_eq!(alice.contacts().await.len(), 0);
    // A name that leads there is found out when it is looked up, and held.
    let by_name = inside.with_address(&format!("https://localhost:{port}"));
    by_name.say(&alice, "hello").await;
    let room = alice.only_contact().await["room_id"].as_str().unwrap().to_owned();
    alice.send(&room, "who are you?").await;
    let begun = Instant::now();
    while alice.only_contact().await["waiting"] != true {
        assert!(begun.elapsed() < parlance_tests::DEADLINE, "it was never tried");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(inside.calls().len(), 0, "nobody has called");
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let alice = stack().user().await;
    let [bea, victim] = [Peer::start("Bea").await, Peer::start("Victim").await];
    let room = acquainted(&alice, &bea).await;
    bea.next([Mood::Redirect(format!("{}/send/%23main", victim.address))]);
    alice.send(&room, "for Bea").await;
    bea.heard("chat", "for Bea").await;
    assert_eq!(victim.calls().len(), 0);
}

#[tokio::test]
async fn endless_and_slow_answers_hold_up_nobody_else() {
    let alice = stack().user().await;
    let [bea, carl] = [Peer::start("Bea").await, Peer::start("Carl").await];
    let slow = acquainted(&alice, &bea).await;
    carl.say(&alice, "hello").await;
    let quick = alice.contacts().await[1]["room_id"].as_str().unwrap().to_owned();
    bea.next([Mood::Silence, Mood::Says(vec![b'{'; 20_000_000])]);
    alice.send(&slow, "into the silence").await;
    let got =
        |calls: &[parlance_tests::peer::Got]| calls.iter().any(|c| c.text() == "into the silence");
    bea.until("the call", got).await;
    let begun = Instant::now();
    alice.send(&quick, "meanwhile").await;
    carl.heard("chat", "meanwhile").await;
    assert!(begun.elapsed() < Duration::from_secs(8), "the other one's silence lasts ten");
    bea.heard("chat", "into the silence").await;
}

#[tokio::test]
async fn what_answers_say_is_not_believed() {
    let alice = stack().user().await;
    let [bea, carl] = [Peer::start("Bea").await, Peer::start("Carl").await];
    let room = acquainted(&alice, &bea).await;
    carl.say(&alice, "hello").await;
    let others = alice.contacts().await[1]["room_id"].as_str().unwrap().to_owned();
    // Carl claims to identify himself as Bea does: he does not become her.
    let claim = json!({"event_id": "e-1", "sender_id": bea.secret}).to_string().into_bytes();
    carl.next([Mood::Says(claim)]);
    alice.send(&others, "hello Carl").await;
    carl.heard("chat", "hello Carl").await;
    bea.say(&alice, "still me").await;
    assert_eq!(said(&alice, &room).await, ["first", "answer", "still me"]);
    // Ids that are none: not taken, and tried again.
    for id in [json!(7), json!(""), json!("x".repeat(5_000)), json!("a\nb"), Value::Null] {
        let answer = json!({"event_id": id, "sender_id": [1]}).to_string().into_bytes();
        carl.next([Mood::Says(answer)]);
    }
    alice.send(&others, "once more").await;
    let is = |calls: &[parlance_tests::peer::Got]| {
        calls.iter().filter(|c| c.text() == "once more").count() >= 2
    };
    carl.until("another try", is).await;
}

#[tokio::test]
async fn replayed_and_reordered_events_change_nothing_twice() {
    let alice = stack().user().await;
    let bea = Peer::start("Bea").await;
    let own = bea.say(&alice, "one").await;
    let edit = parlance_tests::peer::about("edit", &own, "one, better");
    let react = parlance_tests::peer::about("react", &own, "👍");
    for event in [&react, &edit, &react, &edit, &chat("one"), &edit] {
        bea.send(&alice, event.clone()).await;
    }
    let room = alice.only_contact().await["room_id"].as_str().unwrap().to_owned();
    assert_eq!(said(&alice, &room).await, ["one, better"]);
    let shown = alice.message(&own).await;
    assert_eq!(shown["reactions"][0]["count"], 1);
    let edits = alice.get(&format!("/messages/{own}/history")).await;
    assert!(matches!(edits.status, 200 | 403), "{}", edits.text);
}

#[tokio::test]
async fn strangers_are_counted() {
    let stack = Stack::start(
        Options::new().peering().param("SendRateMax", 3).param("SendRateWindowSeconds", 600),
    );
    let alice = stack.user().await;
    let mut refused = 0;
    for _ in 0..6 {
        let answer = Peer::start("Nobody").await.try_send(&alice, chat("hello")).await;
        if answer.status == 429 {
            assert!(answer.header("retry-after").is_some());
            refused += 1;
        }
    }
    assert_eq!((alice.contacts().await.len(), refused), (3, 3));
    // Who is known already is counted for themselves.
    let bob = stack.user().await;
    let bea = Peer::start("Bea").await;
    let answers = ["1", "2", "3", "4"].map(chat);
    let mut statuses = Vec::new();
    for event in answers {
        statuses.push(bea.try_send(&bob, event).await.status);
    }
    assert_eq!(statuses, [200, 200, 200, 429]);
}
