//! The worker: what waits for whoever was away, copies for other sessions, rooms of many.

use parlance_tests::cadmium::{Cadmium, GENERAL, MESSAGE, entity, members};
use parlance_tests::prelude::*;

#[tokio::test]
async fn what_waits_comes_in_order_at_the_next_sign_in_and_then_what_is_new() {
    let [away, web, other] = stack().users().await;
    let room = web.direct_room(&away).await;
    let theirs = other.direct_room(&away).await;
    let socket = Socket::connect(&web).await;
    let texts: Vec<String> = (0..130).map(|number| format!("waiting {number}")).collect();
    web.send_all(&room, &texts).await;
    other.send(&theirs, "from another").await;
    let client = Cadmium::of(stack(), &away).await;
    client.text("from another").await;
    client.text("waiting 129").await;
    let told = socket
        .expect("message_delivered", |data| data["room_id"] == room && data["delivered_seq"] == 130)
        .await;
    assert_eq!(told.data["user_id"], away.id.as_str());
    web.send(&room, "live").await;
    client.text("live").await;
    let came: Vec<String> =
        client.texts().into_iter().filter(|text| text != "from another").collect();
    let mut once = came.clone();
    once.dedup();
    assert_eq!(once, [texts, vec!["live".to_owned()]].concat(), "each, in order");
    // Nothing waits any more.
    client.close().await;
    let again = Cadmium::of(stack(), &away).await;
    web.send(&room, "a fence").await;
    again.text("a fence").await;
    assert_eq!(again.texts(), ["a fence"]);
}

#[tokio::test]
async fn what_was_edited_or_deleted_meanwhile_waits_as_it_is_now() {
    let [away, web] = stack().users().await;
    let room = web.direct_room(&away).await;
    let sent = web.send_all(&room, ["one", "two", "three"]).await;
    let path = |index: usize| format!("/messages/{}", sent[index]["id"].as_str().unwrap());
    web.put(&path(0), json!({"content": "one, better"})).await.ok(200);
    web.delete(&path(1)).await.ok(200);
    let client = Cadmium::of(stack(), &away).await;
    client.text("three").await;
    assert_eq!(client.texts(), ["one, better", "three"]);
}

#[tokio::test]
async fn what_reached_another_device_does_not_wait() {
    let [user, web] = stack().users().await;
    let room = web.direct_room(&user).await;
    let socket = Socket::connect(&user).await;
    web.send(&room, "seen elsewhere").await;
    socket.expect_message(&room, "seen elsewhere").await;
    let told = Socket::connect(&web).await;
    web.send(&room, "too").await;
    told.expect("message_delivered", |data| data["delivered_seq"] == 2).await;
    let client = Cadmium::of(stack(), &user).await;
    // The socket gets it too; the client gets only this.
    for number in 0.. {
        web.send(&room, &format!("fence {number}")).await;
        let fence = client
            .wait_for(std::time::Duration::from_secs(1), |f| {
                f["payload"]["content"]["text"] == format!("fence {number}")
            })
            .await;
        if fence.is_some() {
            break;
        }
        assert!(number < 60, "never told");
    }
    assert!(client.texts().iter().all(|text| text.starts_with("fence")), "{:?}", client.texts());
}

#[tokio::test]
async fn the_senders_other_sessions_get_a_copy_that_says_for_whom() {
    let [user, peer] = stack().users().await;
    let [here, there] = [Cadmium::of(stack(), &user).await, Cadmium::of(stack(), &user).await];
    let peers = Cadmium::of(stack(), &peer).await;
    // Both have caught up once both have heard something.
    peers.say(&user, "hello").await;
    here.text("hello").await;
    there.text("hello").await;
    let id = here.say(&peer, "to the peer").await;
    let copy = there.text("to the peer").await;
    assert_eq!(members(&copy), ["from", "id", "ok", "payload", "to", "type"]);
    assert_eq!((&copy["from"], &copy["to"]), (&json!(entity(&user)), &json!([entity(&peer)])));
    assert_eq!(copy["payload"]["messageID"], id);
    assert_eq!(copy["payload"]["content"], json!({"text": "to the peer"}));
    // From the web as well; and never to the connection that sent it.
    let room = user.direct_room(&peer).await;
    user.send(&room, "from the web").await;
    for client in [&here, &there] {
        assert_eq!(client.text("from the web").await["to"], json!([entity(&peer)]));
    }
    assert!(!here.texts().contains(&"to the peer".to_owned()), "{:?}", here.texts());
}

#[tokio::test]
async fn rooms_of_many_are_not_for_this_protocol() {
    let [user, other] = stack().users().await;
    let client = Cadmium::of(stack(), &user).await;
    let group = other.room_with(&[&user]).await;
    let direct = other.direct_room(&user).await;
    let socket = Socket::connect(&other).await;
    let message = other.send(&group, "to all").await;
    socket.ack(json!({"type": "typing_start", "room_id": group})).await;
    user.post(&format!("/rooms/{group}/read"), json!({"message_id": message["id"]})).await.ok(200);
    let first = other.send(&direct, "to one").await;
    client.text("to one").await;
    // What the protocol has no word for.
    let path = format!("/messages/{}", first["id"].as_str().unwrap());
    other.post(&format!("{path}/reactions"), json!({"emoji": "👍"})).await.ok(201);
    other
        .call(
            "PUT",
            &format!("/rooms/{direct}/pins/{}", first["id"].as_str().unwrap()),
            Payload::None,
        )
        .await
        .ok(200);
    other.put(&path, json!({"content": "to one, edited"})).await.ok(200);
    other.delete(&path).await.ok(200);
    other.send(&direct, "a fence").await;
    client.text("a fence").await;
    let pushed: Vec<Value> =
        client.frames().into_iter().filter(|f| f["from"] == entity(&other)).collect();
    assert_eq!(pushed.len(), 2, "{pushed:#?}");
    let text = json!({"type": GENERAL, "content": {"text": "hello"}});
    client.no(MESSAGE, json!([format!("!{group}@localhost")]), text, "invalid_recipient").await;
}
