//! System messages: what happened in a room stands in its history, under the number of its event, and
//! weighs nothing: it is never unread, never the last message, and nobody can do anything to it.

use parlance_tests::prelude::*;

/// The room's system messages, oldest first.
async fn lines(user: &User, room: &str) -> Vec<Value> {
    let page = user.page(room, "limit=100&order=asc").await;
    let messages = page["messages"].as_array().unwrap();
    messages.iter().filter(|message| message["type"] == "system").cloned().collect()
}

#[tokio::test]
async fn what_happened_stands_in_the_history_under_the_number_of_its_event() {
    let [owner, guest] = stack().users().await;
    let room = owner.make_room("public", "Tea").await;
    let socket = Socket::connect(&owner).await;
    guest.join(&room).await;
    owner.put(&format!("/rooms/{room}"), json!({"name": "Coffee"})).await.ok(200);
    owner.put(&format!("/rooms/{room}"), json!({"description": "black"})).await.ok(200);
    guest.leave(&room).await;
    let lines = lines(&owner, &room).await;
    let kinds = system_lines(&json!(lines));
    assert_eq!(kinds, ["joined", "renamed", "left"], "a new description is no line");
    for (line, event, actor) in [
        (&lines[0], "user_joined", &guest),
        (&lines[1], "room_updated", &owner),
        (&lines[2], "user_left", &guest),
    ] {
        shape::message(line);
        let seq = line["seq"].clone();
        let event = socket.expect(event, |data| data["seq"] == seq).await;
        assert_eq!(event.data["system_message"], *line, "the event carries the line");
        assert_eq!(line["system"]["actor"]["id"], actor.id.as_str());
        assert_eq!(line["sender"]["id"], actor.id.as_str());
    }
    assert_eq!(lines[1]["system"]["text"], "Coffee");
    assert_eq!(lines[0]["system"]["subject"]["id"], guest.id.as_str());
}

#[tokio::test]
async fn a_line_is_never_unread_and_never_the_last_message() {
    let [owner, guest, late] = stack().users().await;
    let room = owner.room_with(&[&guest]).await;
    let before = owner.room(&room).await;
    assert_eq!(before["unread_count"], 0, "a join is not unread: {before}");
    assert!(before["last_message"].is_null() && before["last_message_at"].is_null(), "{before}");
    let sent = guest.send(&room, "the last word").await;
    late.join(&room).await;
    owner.put(&format!("/rooms/{room}"), json!({"name": "Coffee"})).await.ok(200);
    let after = owner.room(&room).await;
    assert_eq!(after["unread_count"], 1, "{after}");
    assert_eq!(after["last_message"]["id"], sent["id"]);
    assert_eq!(after["last_message_at"], sent["created_at"]);
    // Reading up to a line reads the messages before it.
    let renamed = lines(&owner, &room).await.pop().unwrap();
    let socket = Socket::connect(&owner).await;
    let read = socket.ack(json!({"type": "read_message", "message_id": renamed["id"]})).await;
    assert_eq!((&read["unread_count"], &read["last_read_message_id"]), (&json!(0), &renamed["id"]));
    guest.send(&room, "one more").await;
    assert_eq!(owner.room(&room).await["unread_count"], 1);
}

#[tokio::test]
async fn resume_brings_a_line_with_its_event_and_not_as_a_message() {
    let [owner, guest] = stack().users().await;
    let room = owner.make_room("public", "Tea").await;
    let from = owner.room(&room).await["last_seq"].clone();
    guest.join(&room).await;
    guest.send(&room, "hello").await;
    let socket = Socket::connect(&owner).await;
    let answer = socket.ack(json!({"type": "resume", "rooms": {&room: from}})).await;
    let events = answer["events"].as_array().unwrap();
    let kinds: Vec<&str> = events.iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["user_joined", "message_created"]);
    let line = &events[0]["data"]["system_message"];
    assert_eq!(*line, lines(&owner, &room).await[0]);
}

#[tokio::test]
async fn nobody_can_do_anything_to_a_line() {
    let [owner, guest] = stack().users().await;
    let room = owner.room_with(&[&guest]).await;
    let line = lines(&owner, &room).await.remove(0);
    let path = format!("/messages/{}", line["id"].as_str().unwrap());
    for user in [&owner, &guest] {
        user.put(&path, json!({"content": "x"})).await.problem(403, "not_the_sender");
        user.delete(&path).await.problem(403, "insufficient_role");
        let reactions = format!("{path}/reactions");
        user.post(&reactions, json!({"emoji": "👍"})).await.problem(400, "message_not_reactable");
        let reply = json!({"content": "x", "parent_message_id": line["id"]});
        let reply = user.post(&format!("/rooms/{room}/messages"), reply).await;
        reply.invalid("/parent_message_id");
    }
    let sent = json!({"content": "x", "type": "system"});
    let sent = owner.send_as(&room, sent).await;
    assert_eq!(sent["type"], "text", "clients do not choose a message's type");
    assert_eq!(lines(&owner, &room).await, [line]);
}
