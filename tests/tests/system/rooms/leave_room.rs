//! `POST /rooms/{room_id}/leave`

use parlance_tests::prelude::*;

#[tokio::test]
async fn from_that_instant_nothing_of_the_room_is_shown() {
    let [owner, leaver] = stack().users().await;
    let room = owner.private_room_with(&[&leaver]).await;
    let message = leaver.send(&room, "mine").await;
    let message = message["id"].as_str().unwrap();
    assert_eq!(leaver.leave(&room).await, json!({"left": true}));
    for (method, path, body) in [
        ("GET", format!("/rooms/{room}"), None),
        ("GET", format!("/rooms/{room}/messages"), None),
        ("GET", format!("/rooms/{room}/members"), None),
        ("GET", format!("/messages/{message}"), None),
        ("POST", format!("/rooms/{room}/messages"), Some(json!({"content": "c"}))),
        ("PUT", format!("/messages/{message}"), Some(json!({"content": "c"}))),
        ("DELETE", format!("/messages/{message}"), None),
        ("POST", format!("/messages/{message}/reactions"), Some(json!({"emoji": "👍"}))),
        ("DELETE", format!("/messages/{message}/reactions/%F0%9F%91%8D"), None),
        ("POST", format!("/rooms/{room}/leave"), None),
    ] {
        let payload = body.map_or(Payload::None, Payload::Json);
        leaver.call(method, &path, payload).await.problem(403, "not_a_member");
    }
    leaver.poke(&format!("/rooms/{room}/join")).await.problem(403, "invite_required");
    assert_eq!(owner.message(message).await["content"], "mine");
    assert_eq!(owner.room(&room).await["member_count"], 1);
}

#[tokio::test]
async fn from_that_instant_nothing_is_delivered() {
    let [owner, leaver, witness] = stack().users().await;
    let room = owner.room_with(&[&leaver, &witness]).await;
    let lobby = owner.room_with(&[&leaver]).await;
    let (gone, still) = (Socket::connect(&leaver).await, Socket::connect(&witness).await);
    let typist = Socket::connect(&owner).await;
    owner.send(&room, "before").await;
    gone.expect_message(&room, "before").await;
    leaver.leave(&room).await;

    let said = owner.send(&room, "after").await;
    owner
        .put(
            &format!("/messages/{}", said["id"].as_str().unwrap()),
            json!({"content": "after, edited"}),
        )
        .await
        .ok(200);
    typist.ack(json!({"type": "typing_start", "room_id": room})).await;
    still.expect_message(&room, "after").await;
    still.expect("message_updated", |_| true).await;
    still.expect("user_typing", |_| true).await;
    owner.send(&lobby, "fence").await;
    gone.expect_message(&lobby, "fence").await;
    let leaked = gone.seen(|frame| {
        frame.data["room_id"] == room.as_str() && frame.raw.to_string().contains("after")
    });
    assert!(leaked.is_empty(), "{leaked:?}");
    assert!(gone.seen(|frame| frame.kind == "user_typing").is_empty());
    for frame in [
        json!({"type": "send_message", "room_id": room, "content": "c"}),
        json!({"type": "join_room", "room_id": room}),
        json!({"type": "typing_start", "room_id": room}),
        json!({"type": "read_message", "message_id": said["id"]}),
    ] {
        gone.refused(frame, &["not_a_member"]).await;
    }
    let resumed = gone.ack(json!({"type": "resume", "rooms": {&room: 0}})).await;
    assert_eq!((&resumed["resync"], &resumed["events"]), (&json!([room]), &json!([])));
}

#[tokio::test]
async fn both_sides_are_told() {
    let [owner, leaver] = stack().users().await;
    let room = owner.room_with(&[&leaver]).await;
    let sockets = [Socket::connect(&owner).await, Socket::connect(&leaver).await];
    leaver.leave(&room).await;
    for socket in &sockets {
        let event = socket.expect("user_left", |data| data["user_id"] == leaver.id.as_str()).await;
        shape::event(&event);
        assert_eq!((&event.data["room_id"], &event.data["reason"]), (&json!(room), &json!("left")));
    }
}

#[tokio::test]
async fn who_left_a_public_room_may_come_back() {
    let [owner, guest] = stack().users().await;
    let room = owner.room_with(&[&guest]).await;
    guest.leave(&room).await;
    owner.send(&room, "meanwhile").await;
    guest.join(&room).await;
    assert_eq!(contents(&guest.page(&room, "").await), ["meanwhile"]);
    assert_eq!(owner.room(&room).await["member_count"], 2);
    let socket = Socket::connect(&guest).await;
    owner.send(&room, "again").await;
    socket.expect_message(&room, "again").await;
}

#[tokio::test]
async fn the_owner_must_be_the_last() {
    let [owner, guest] = stack().users().await;
    let room = owner.room_with(&[&guest]).await;
    owner.poke(&format!("/rooms/{room}/leave")).await.problem(409, "owner_must_transfer");
    assert_eq!(owner.room(&room).await["member_count"], 2);
    guest.leave(&room).await;
    owner.leave(&room).await;
    owner.get(&format!("/rooms/{room}")).await.problem(404, "not_found");
    guest.poke(&format!("/rooms/{room}/join")).await.problem(404, "not_found");
}

#[tokio::test]
async fn an_owner_leaving_while_somebody_joins_orphans_nobody() {
    for _ in 0..5 {
        let [owner, guest] = stack().users().await;
        let room = owner.make_room("public", "Tea").await;
        let (join, leave) = (format!("/rooms/{room}/join"), format!("/rooms/{room}/leave"));
        let (joined, left) = tokio::join!(guest.poke(&join), owner.poke(&leave));
        if left.status == 200 {
            // The room went with its last member, so nobody is in it now.
            guest.get(&format!("/rooms/{room}")).await.problem(404, "not_found");
            assert_eq!(guest.get("/rooms").await.ok(200)["rooms"], json!([]));
        } else {
            left.problem(409, "owner_must_transfer");
            joined.ok(200);
            assert_eq!(owner.room(&room).await["member_count"], 2);
        }
    }
}

#[tokio::test]
async fn strangers_cannot_leave() {
    let [owner, stranger] = stack().users().await;
    let room = owner.make_room("public", "Tea").await;
    stranger.poke(&format!("/rooms/{room}/leave")).await.problem(403, "not_a_member");
    stranger
        .poke("/rooms/0199aaaa-0000-7000-8000-000000000000/leave")
        .await
        .problem(404, "not_found");
    assert_eq!(owner.room(&room).await["member_count"], 1);
}

#[tokio::test]
async fn a_direct_room_is_off_the_list_until_the_next_message() {
    let [alice, bob] = stack().users().await;
    let room = alice.direct_room(&bob).await;
    alice.send(&room, "before").await;
    let listed = async |user: &User| ids(&user.get("/rooms").await.ok(200)["rooms"]);
    assert_eq!(listed(&bob).await, [room.as_str()]);
    bob.leave(&room).await;
    assert_eq!(listed(&bob).await, [""; 0]);
    assert_eq!(listed(&alice).await, [room.as_str()], "the other one keeps it");
    assert_eq!(alice.room(&room).await["member_count"], 2, "and it stays a room of two");
    let socket = Socket::connect(&bob).await;
    alice.send(&room, "after").await;
    socket.expect_message(&room, "after").await;
    assert_eq!(listed(&bob).await, [room.as_str()]);
    assert_eq!(contents(&bob.page(&room, "").await), ["after", "before"]);
    assert_eq!(alice.direct_room(&bob).await, room);
}
