//! `urn:cadmium:chats:private:read`.

use parlance_tests::cadmium::{Cadmium, READ, SERVER, entity, members};
use parlance_tests::prelude::*;

/// The published exchange: the reader's request, its answer, and what the author gets.
#[tokio::test]
async fn the_published_exchange_field_by_field() {
    let [author, reader] = stack().users().await;
    let writing = Cadmium::of(stack(), &author).await;
    let reading = Cadmium::of(stack(), &reader).await;
    let id = writing.say(&reader, "hello").await;
    let frame =
        json!({"id": "abcd", "type": READ, "to": [entity(&author)], "payload": {"messageID": id}});
    reading.send_text(frame.to_string()).await;
    let answer = reading.expect(|frame| frame["id"] == "abcd").await;
    assert_eq!(
        answer,
        json!({"id": "abcd", "type": READ, "from": SERVER, "ok": true, "payload": {}})
    );
    let push = writing.push(READ, |payload| payload["messageID"] == id).await;
    assert_eq!(members(&push), ["from", "id", "ok", "payload", "type"]);
    assert_eq!((&push["from"], &push["ok"]), (&json!(entity(&reader)), &json!(true)));
    assert_eq!(push["payload"], json!({"messageID": id}));
    assert!(push["id"].as_str().is_some_and(|id| !id.is_empty() && id != "abcd"));
}

#[tokio::test]
async fn reading_is_shared_with_the_web_both_ways() {
    let [cadmium, web] = stack().users().await;
    let client = Cadmium::of(stack(), &cadmium).await;
    let socket = Socket::connect(&web).await;
    let room = web.direct_room(&cadmium).await;
    web.send(&room, "from the web").await;
    let push = client.text("from the web").await;
    let kind = "urn:cadmium:chats:read";
    let answer = client
        .yes(kind, json!([entity(&web)]), json!({"messageID": push["payload"]["messageID"]}))
        .await;
    assert_eq!(answer, json!({}));
    socket
        .expect("message_read", |data| {
            data["room_id"] == room && data["user_id"] == cadmium.id.as_str()
        })
        .await;
    assert_eq!(cadmium.room(&room).await["unread_count"], 0);
    let id = client.say(&web, "from cadmium").await;
    socket.expect_message(&room, "from cadmium").await;
    web.post(&format!("/rooms/{room}/read"), json!({})).await.ok(200);
    let push = client.push(READ, |payload| payload["messageID"] == id).await;
    assert_eq!(push["from"], entity(&web));
}

#[tokio::test]
async fn who_hides_their_reading_hides_it_here_too() {
    let [author, reader] = stack().users().await;
    reader.patch("/users/me", json!({"settings": {"hides_read": true}})).await.ok(200);
    let writing = Cadmium::of(stack(), &author).await;
    let reading = Cadmium::of(stack(), &reader).await;
    let id = writing.say(&reader, "hello").await;
    reading.yes(READ, json!([entity(&author)]), json!({"messageID": id})).await;
    reading.say(&author, "a fence").await;
    writing.text("a fence").await;
    assert!(writing.frames().iter().all(|frame| frame["type"] != READ), "{:#?}", writing.frames());
}

#[tokio::test]
async fn only_messages_of_the_chat_can_be_read() {
    let [user1, user2, user3] = stack().users().await;
    let client = Cadmium::of(stack(), &user1).await;
    let elsewhere = client.say(&user3, "elsewhere").await;
    let to = json!([entity(&user2)]);
    for id in [elsewhere.as_str(), "", "7", "3b5135a5-aff5-4396-a629-a254f383e82f"] {
        client.no(READ, to.clone(), json!({"messageID": id}), "unknown_message").await;
    }
    let here = client.say(&user2, "here").await;
    client.yes(READ, to.clone(), json!({"messageID": here.to_uppercase()})).await;
    // A number that no message has.
    let later = format!("{}{:010x}", &here[..26], 999);
    client.no(READ, to.clone(), json!({"messageID": later}), "unknown_message").await;
    for payload in [json!({}), json!({"messageID": 7}), json!({"messageID": null}), json!([])] {
        client.no(READ, to.clone(), payload, "parseError").await;
    }
    client.no(READ, json!([]), json!({"messageID": here}), "invalid_recipient").await;
    client
        .no(
            READ,
            json!(["@nobody_here_at_all@localhost"]),
            json!({"messageID": here}),
            "unknown_user",
        )
        .await;
    let stranger = Cadmium::of(stack(), &user3).await;
    stranger.no(READ, to, json!({"messageID": here}), "unknown_message").await;
    let nobody = Cadmium::open(stack()).await;
    nobody.no(READ, json!([entity(&user2)]), json!({"messageID": here}), "unauthorized").await;
}
