//! `push`: notifications on devices that have no page open

use crate::notifications::eventually;
use parlance_tests::prelude::*;
use parlance_tests::push::{Browser, Posted, PushService, assert_signed};

/// A mention of somebody; its id.
async fn mention(by: &User, of: &User, room: &str, text: &str) -> String {
    let message = by.send(room, &format!("@{} {text}", of.name)).await;
    message["id"].as_str().unwrap().to_owned()
}

fn says(text: &str) -> impl Fn(&Value) -> bool {
    move |notice| notice["content"].as_str().is_some_and(|content| content.ends_with(text))
}

#[tokio::test]
async fn a_mention_reaches_a_device_encrypted_and_signed() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let service = PushService::start().await;
    let browser = Browser::of(&alice, &service).await;
    let message = mention(&bob, &alice, &room, "look at this").await;
    let posted = service.first(&browser, 1).await.remove(0);
    let pushed = browser.read(&posted);
    let list = eventually(&alice, |list| list["unread_count"] == 1).await;
    let data = json!({"notification": list["notifications"][0], "unread_count": 1});
    assert_eq!(pushed, json!({"type": "notification", "data": data}), "the event of the sockets");
    let notice = &pushed["data"]["notification"];
    assert_eq!((&notice["type"], &notice["message_id"]), (&json!("mention"), &json!(message)));
    assert_eq!(notice["content"], format!("@{} look at this", alice.name));
    assert_eq!(notice["actor"]["id"], bob.id.as_str());
    let key = alice.get("/push/key").await.ok(200)["key"].as_str().unwrap().to_owned();
    assert_signed(&posted, &service, &key);
    let header = |name: &str| posted.headers.get(name).map(String::as_str);
    assert_eq!((header("ttl"), header("urgency")), (Some("86400"), Some("high")));
    assert_eq!((header("topic"), header("cookie")), (None, None));
    assert_eq!(header("content-type"), Some("application/octet-stream"));
}

#[tokio::test]
async fn answers_and_invitations_are_less_urgent() {
    let [alice, bob] = stack().users().await;
    let service = PushService::start().await;
    let browser = Browser::of(&alice, &service).await;
    let room = bob.make_room("private", "Tea").await;
    bob.post(&format!("/rooms/{room}/members"), json!({"user_id": alice.id})).await.ok(201);
    let invited = service.first(&browser, 1).await.remove(0);
    let notice = &browser.read(&invited)["data"]["notification"];
    assert_eq!((&notice["type"], &notice["content"]), (&json!("room_invite"), &json!("Tea")));
    let root = alice.send(&room, "a question").await;
    let answer = json!({"content": "an answer", "parent_message_id": root["id"]});
    bob.send_as(&room, answer).await;
    let answered = service.first(&browser, 2).await.remove(1);
    let pushed = browser.read(&answered);
    assert_eq!(pushed["data"]["notification"]["type"], "reply");
    assert_eq!(pushed["data"]["unread_count"], 2);
    for posted in [invited, answered] {
        assert_eq!(posted.headers["urgency"], "normal");
    }
}

#[tokio::test]
async fn direct_messages_replace_each_other() {
    let [alice, bob, carol] = stack().users().await;
    let service = PushService::start().await;
    let (one, two) = (Browser::of(&alice, &service).await, Browser::of(&alice, &service).await);
    let room = bob.direct_room(&alice).await;
    bob.send(&room, "first").await;
    let first = service.first(&one, 1).await.remove(0);
    bob.send(&room, "second").await;
    let second = service.first(&one, 2).await.remove(1);
    let notice = &browser_notice(&one, &second);
    assert_eq!((&notice["content"], &notice["count"]), (&json!("second"), &json!(2)));
    let other = carol.direct_room(&alice).await;
    carol.send(&other, "hello").await;
    let third = service.first(&one, 3).await.remove(2);
    let topic = |posted: &Posted| posted.headers["topic"].clone();
    assert_eq!(topic(&first), topic(&second), "the newer takes the older one's place");
    assert_ne!(topic(&first), topic(&third), "in another room it does not");
    assert_eq!(topic(&first).len(), 32);
    assert_ne!(topic(&first), room.replace('-', ""), "the service is not told which room");
    let elsewhere = service.first(&two, 1).await.remove(0);
    assert_ne!(topic(&first), topic(&elsewhere), "nor that two devices hear of the same");
}

fn browser_notice(browser: &Browser, posted: &Posted) -> Value {
    browser.read(posted)["data"]["notification"].clone()
}

#[tokio::test]
async fn a_connected_device_does_not_keep_others_from_being_told() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let service = PushService::start().await;
    let browser = Browser::of(&alice, &service).await;
    let device = Socket::connect(&alice).await;
    mention(&bob, &alice, &room, "idle there?").await;
    device.expect("notification", |_| true).await;
    service.first(&browser, 1).await;
}

#[tokio::test]
async fn an_ended_subscription_is_forgotten() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let service = PushService::start().await;
    let gone = [410, 404].map(|status| (status, Browser::subscribe(&service)));
    let stays = Browser::of(&alice, &service).await;
    let mut ids = vec![];
    for (status, browser) in &gone {
        ids.push(browser.register(&alice).await["id"].as_str().unwrap().to_owned());
        service.answers(browser, &[*status; 3]);
    }
    mention(&bob, &alice, &room, "one").await;
    for browser in [&stays, &gone[0].1, &gone[1].1] {
        service.first(browser, 1).await;
    }
    // The second may have been on its way when the first was answered; the third was not.
    mention(&bob, &alice, &room, "two").await;
    service.until(&stays, says("two")).await;
    let before = gone.each_ref().map(|(_, browser)| service.posted(browser).len());
    mention(&bob, &alice, &room, "three").await;
    service.until(&stays, says("three")).await;
    assert_eq!(gone.each_ref().map(|(_, browser)| service.posted(browser).len()), before);
    for id in ids {
        alice.delete(&format!("/push/subscriptions/{id}")).await.problem(404, "not_found");
    }
}

#[tokio::test]
async fn what_a_service_does_not_take_comes_again_for_that_device_alone() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let service = PushService::start().await;
    let [busy, limited, fine] = [(); 3].map(|()| Browser::subscribe(&service));
    for browser in [&busy, &limited, &fine] {
        browser.register(&alice).await;
    }
    service.answers(&busy, &[503]);
    service.answers(&limited, &[429, 500]);
    mention(&bob, &alice, &room, "one").await;
    service.first(&busy, 2).await;
    service.first(&limited, 3).await;
    mention(&bob, &alice, &room, "two").await;
    for (browser, tries) in [(&busy, 2), (&limited, 3), (&fine, 1)] {
        assert_eq!(service.until(browser, says("two")).await, tries + 1);
    }
}

#[tokio::test]
async fn what_is_never_taken_is_given_up() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let service = PushService::start().await;
    let (refused, down) =
        (Browser::of(&alice, &service).await, Browser::of(&alice, &service).await);
    service.answers(&refused, &[400]);
    service.answers(&down, &[503; 5]);
    mention(&bob, &alice, &room, "one").await;
    service.first(&down, 5).await;
    mention(&bob, &alice, &room, "two").await;
    assert_eq!(service.until(&refused, says("two")).await, 2, "a refusal is final");
    assert_eq!(service.until(&down, says("two")).await, 6, "five times, and the device is kept");
}

#[tokio::test]
async fn what_was_read_or_withdrawn_meanwhile_is_not_pushed() {
    let [alice, bob] = stack().users().await;
    let service = PushService::start().await;
    let browser = Browser::of(&alice, &service).await;
    let [read, left, deleted] = [
        alice.room_with(&[&bob]).await,
        bob.room_with(&[&alice]).await,
        alice.room_with(&[&bob]).await,
    ];
    service.hold(&browser);
    for (number, room) in [&read, &left, &deleted].into_iter().enumerate() {
        let message = mention(&bob, &alice, room, "meanwhile").await;
        service.first(&browser, number + 1).await;
        match number {
            0 => alice.poke(&format!("/rooms/{room}/read")).await.ok(200),
            1 => alice.poke(&format!("/rooms/{room}/leave")).await.ok(200),
            _ => bob.delete(&format!("/messages/{message}")).await.ok(200),
        };
        // It would come again.
        service.answers(&browser, &[503]);
    }
    service.release(&browser);
    mention(&bob, &alice, &read, "the end").await;
    assert_eq!(
        service.until(&browser, says("the end")).await,
        4,
        "each of the three was tried once"
    );
}

#[tokio::test]
async fn what_has_been_read_everywhere_is_not_counted() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let service = PushService::start().await;
    let browser = Browser::of(&alice, &service).await;
    mention(&bob, &alice, &room, "one").await;
    service.first(&browser, 1).await;
    let read = alice.call("PATCH", "/notifications/read-all", Payload::None).await;
    assert_eq!(read.ok(200)["unread_count"], 0);
    mention(&bob, &alice, &room, "two").await;
    let second = service.first(&browser, 2).await.remove(1);
    assert_eq!(browser.read(&second)["data"]["unread_count"], 1);
}

#[tokio::test]
async fn it_ends_with_the_session() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let service = PushService::start().await;
    let [laptop, phone] = [alice.sign_in_again().await, alice.sign_in_again().await];
    let ended = [Browser::of(&laptop, &service).await, Browser::of(&phone, &service).await];
    let stays = Browser::of(&alice, &service).await;
    laptop.poke("/auth/logout").await.ok(200);
    let sessions = phone.get("/auth/sessions").await.ok(200);
    let current = |session: &&Value| session["current"] == true;
    let sessions = sessions["sessions"].as_array().unwrap().clone();
    let session = sessions.iter().find(current).unwrap()["id"].as_str().unwrap().to_owned();
    alice.delete(&format!("/auth/sessions/{session}")).await.ok(200);
    mention(&bob, &alice, &room, "one").await;
    service.first(&stays, 1).await;
    // Signed in again, the same browser is told again.
    let again = alice.sign_in_again().await;
    ended[0].register(&again).await;
    mention(&bob, &alice, &room, "two").await;
    service.until(&stays, says("two")).await;
    assert_eq!(service.until(&ended[0], says("two")).await, 1);
    assert!(service.posted(&ended[1]).is_empty());
}

#[tokio::test]
async fn a_device_belongs_to_whoever_registered_it_last() {
    let [alice, bob, carol] = stack().users().await;
    let room = carol.room_with(&[&alice, &bob]).await;
    let service = PushService::start().await;
    let shared = Browser::of(&alice, &service).await;
    let own = Browser::of(&alice, &service).await;
    let taken = shared.register(&bob).await;
    mention(&carol, &alice, &room, "for alice").await;
    service.until(&own, says("for alice")).await;
    mention(&carol, &bob, &room, "for bob").await;
    service.until(&shared, says("for bob")).await;
    for posted in service.posted(&shared) {
        let content = browser_notice(&shared, &posted)["content"].clone();
        assert!(!content.as_str().unwrap().ends_with("for alice"), "{content}");
    }
    let id = taken["id"].as_str().unwrap();
    alice.delete(&format!("/push/subscriptions/{id}")).await.problem(404, "not_found");
    bob.delete(&format!("/push/subscriptions/{id}")).await.ok(200);
}

#[tokio::test]
async fn a_muted_room_is_silent_and_plain_messages_are_too() {
    let [alice, bob] = stack().users().await;
    let (muted, plain) = (alice.room_with(&[&bob]).await, alice.room_with(&[&bob]).await);
    let level = json!({"level": "muted"});
    alice.put(&format!("/rooms/{muted}/notification-preference"), level).await.ok(200);
    let service = PushService::start().await;
    let browser = Browser::of(&alice, &service).await;
    mention(&bob, &alice, &muted, "quiet").await;
    bob.send(&plain, "not for anybody").await;
    mention(&bob, &alice, &plain, "aloud").await;
    assert_eq!(service.until(&browser, says("aloud")).await, 1);
}
