//! `DELETE /rooms/{room_id}`

use parlance_tests::prelude::*;

#[tokio::test]
async fn only_the_owner_may() {
    let [owner, member, stranger] = stack().users().await;
    let room = owner.room_with(&[&member]).await;
    let path = format!("/rooms/{room}");
    member.delete(&path).await.problem(403, "insufficient_role");
    stranger.delete(&path).await.problem(403, "not_a_member");
    assert_eq!(owner.delete(&path).await.ok(200), json!({"deleted": true}));
    owner.delete(&path).await.problem(404, "not_found");
}

#[tokio::test]
async fn from_then_on_everything_of_it_is_not_found() {
    let [owner, member] = stack().users().await;
    let room = owner.room_with(&[&member]).await;
    let message = member.send(&room, "hello").await;
    let message = message["id"].as_str().unwrap();
    owner.post(&format!("/messages/{message}/reactions"), json!({"emoji": "👍"})).await.ok(201);
    let socket = Socket::connect(&member).await;
    owner.delete(&format!("/rooms/{room}")).await.ok(200);
    for user in [&owner, &member] {
        for (method, path, body) in [
            ("GET", format!("/rooms/{room}"), None),
            ("PUT", format!("/rooms/{room}"), Some(json!({"name": "n"}))),
            ("PATCH", format!("/rooms/{room}"), Some(json!({"name": "n"}))),
            ("DELETE", format!("/rooms/{room}"), None),
            ("POST", format!("/rooms/{room}/join"), None),
            ("POST", format!("/rooms/{room}/leave"), None),
            ("GET", format!("/rooms/{room}/members"), None),
            ("GET", format!("/rooms/{room}/messages"), None),
            ("POST", format!("/rooms/{room}/messages"), Some(json!({"content": "c"}))),
            ("GET", format!("/messages/{message}"), None),
            ("PUT", format!("/messages/{message}"), Some(json!({"content": "c"}))),
            ("DELETE", format!("/messages/{message}"), None),
            ("POST", format!("/messages/{message}/reactions"), Some(json!({"emoji": "👍"}))),
            ("DELETE", format!("/messages/{message}/reactions/%F0%9F%91%8D"), None),
        ] {
            let payload = body.map_or(Payload::None, Payload::Json);
            user.call(method, &path, payload).await.problem(404, "not_found");
        }
        assert_eq!(user.get("/rooms").await.ok(200)["rooms"], json!([]));
    }
    for frame in [
        json!({"type": "send_message", "room_id": room, "content": "c"}),
        json!({"type": "join_room", "room_id": room}),
        json!({"type": "typing_start", "room_id": room}),
        json!({"type": "read_message", "message_id": message}),
    ] {
        socket.refused(frame, &["not_found"]).await;
    }
    let resumed = socket.ack(json!({"type": "resume", "rooms": {&room: 0}})).await;
    assert_eq!((&resumed["resync"], &resumed["events"]), (&json!([room]), &json!([])));
}

#[tokio::test]
async fn everybody_in_it_is_told() {
    let [owner, member] = stack().users().await;
    let room = owner.room_with(&[&member]).await;
    let sockets = [Socket::connect(&owner).await, Socket::connect(&member).await];
    owner.delete(&format!("/rooms/{room}")).await.ok(200);
    for socket in &sockets {
        socket.expect("room_deleted", |data| data["room_id"] == room.as_str()).await;
    }
}

#[tokio::test]
async fn an_unknown_room_is_not_found() {
    let user = stack().user().await;
    user.delete("/rooms/0199aaaa-0000-7000-8000-000000000000").await.problem(404, "not_found");
}
