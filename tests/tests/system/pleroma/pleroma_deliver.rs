//! Queue `PleromaQueue`: what clients hear.

use parlance_tests::pleroma::{CHATS, Client};
use parlance_tests::prelude::*;

#[tokio::test]
async fn both_hear_of_a_message_on_both_streams() {
    let (ann, bob, chat) = super::pair().await;
    let sender = ann.live("?stream=user:pleroma_chat").await;
    let recipient = bob.live("?stream=user").await;
    recipient.follow("subscribe", "user:pleroma_chat").await;
    // Written in our own app: the faces speak with each other.
    ann.user.send(&chat, "hello").await;
    let own = sender.update("hello").await;
    assert_eq!(
        (&own["payload"]["unread"], &own["payload"]["account"]["id"]),
        (&json!(0), &json!(bob.id()))
    );
    let mut streams = vec![];
    for _ in 0..2 {
        let heard = recipient.update("hello").await;
        assert_eq!(
            (&heard["payload"]["id"], &heard["payload"]["unread"]),
            (&json!(chat), &json!(1))
        );
        super::account(&heard["payload"]["account"], &ann.user);
        super::message(&heard["payload"]["last_message"], &chat, &ann, "hello");
        streams.push(heard["stream"].clone());
    }
    assert!(streams.contains(&json!(["user"])) && streams.contains(&json!(["user:pleroma_chat"])));
    let room = ann.user.room(&chat).await;
    assert_eq!(room["peer_delivered_seq"], 1, "the sender knows that it has arrived");
}

#[tokio::test]
async fn notifications_come_on_their_own_stream() {
    let (ann, bob, chat) = super::pair().await;
    let live = bob.live("?stream=user:notification").await;
    ann.send(&chat, "hello").await;
    let noticed = live.expect(|frame| frame["event"] == "notification").await;
    assert_eq!(noticed["stream"], json!(["user:notification"]));
    assert_eq!(noticed["payload"]["type"], "pleroma:chat_mention");
    super::message(&noticed["payload"]["chat_message"], &chat, &ann, "hello");
    let list = bob.get("/api/v1/notifications").await.ok(200);
    assert_eq!(list[0]["id"], noticed["payload"]["id"]);
}

#[tokio::test]
async fn changes_of_the_last_message_are_told_and_others_are_not() {
    let (ann, bob, chat) = super::pair().await;
    let live = bob.live("?stream=user:pleroma_chat").await;
    let first = ann.user.send(&chat, "first").await;
    let last = ann.user.send(&chat, "last").await;
    live.update("first").await;
    live.update("last").await;
    let path = |message: &Value| format!("/messages/{}", message["id"].as_str().unwrap());
    ann.user.put(&path(&first), json!({"content": "first, changed"})).await.ok(200);
    ann.user.put(&path(&last), json!({"content": "last, changed"})).await.ok(200);
    live.update("last, changed").await;
    // What there are no words for goes by.
    bob.user.post(&format!("{}/reactions", path(&last)), json!({"emoji": "👍"})).await;
    bob.poke(&format!("{CHATS}/{chat}/read")).await.ok(200);
    ann.user.delete(&path(&last)).await.ok(200);
    let update = live.update("first, changed").await;
    assert_eq!(update["payload"]["unread"], 0);
    ann.user.delete(&path(&first)).await.ok(200);
    let empty = |frame: &Value| frame["payload"]["last_message"].is_null();
    live.expect(|frame| frame["event"] == "pleroma:chat_update" && empty(frame)).await;
    assert_eq!(live.seen(), Vec::<Value>::new());
}

#[tokio::test]
async fn rooms_of_many_are_silent_and_long_texts_are_left_to_the_history() {
    let (ann, bob, chat) = super::pair().await;
    let live = bob.live("?stream=user").await;
    let room = ann.user.room_with(&[&bob.user]).await;
    ann.user.send(&room, &format!("@{} in a room", bob.user.name)).await;
    let long = "<".repeat(10_000);
    ann.send(&chat, &long).await;
    let update = live.expect(|frame| frame["event"] == "pleroma:chat_update").await;
    assert_eq!(update["payload"]["id"], chat);
    assert!(update["payload"]["last_message"].is_null(), "it would not fit into a frame");
    assert_eq!(bob.contents(&chat, "").await[0], "&lt;".repeat(10_000));
    ann.send(&chat, "the end").await;
    live.update("the end").await;
    let of_room = |frame: &Value| frame.to_string().contains(&room);
    assert!(!live.seen().iter().any(of_room), "{:?}", live.seen());
}

#[tokio::test]
async fn a_stranger_hears_nothing() {
    let (ann, _, chat) = super::pair().await;
    let stranger = Client::of(&stack().user().await).await;
    let live = stranger.live("?stream=user").await;
    ann.send(&chat, "for two").await;
    let other = stranger.chat(&ann.user).await;
    stranger.send(&other, "for us").await;
    live.update("for us").await;
    assert!(!live.seen().iter().any(|frame| frame.to_string().contains("for two")));
}
