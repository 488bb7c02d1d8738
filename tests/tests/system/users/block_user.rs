//! `PUT /users/{user_id}/block`

use parlance_tests::prelude::*;

pub async fn block(user: &User, other: &User) -> Value {
    user.call("PUT", &format!("/users/{}/block", other.id), Payload::None).await.ok(200)
}

#[tokio::test]
async fn no_direct_messages_either_way() {
    let [ann, bob] = stack().users().await;
    let room = ann.direct_room(&bob).await;
    let before = ann.send(&room, "before").await;
    let theirs = bob.send(&room, "theirs").await;
    let answer = block(&ann, &bob).await;
    assert_eq!(answer, json!({"user_id": bob.id, "blocked": true}));
    assert_eq!(block(&ann, &bob).await, answer, "also the second time");

    let path = format!("/rooms/{room}/messages");
    bob.post(&path, json!({"content": "x"})).await.problem(403, "blocked");
    ann.post(&path, json!({"content": "x"})).await.problem(403, "you_blocked_user");
    for (user, message, code) in [(&bob, &theirs, "blocked"), (&ann, &before, "you_blocked_user")] {
        let path = format!("/messages/{}", message["id"].as_str().unwrap());
        user.put(&path, json!({"content": "smuggled"})).await.problem(403, code);
        user.post(&format!("{path}/reactions"), json!({"emoji": "👍"})).await.problem(403, code);
        let socket = Socket::connect(user).await;
        let send = json!({"type": "send_message", "room_id": room, "content": "x"});
        socket.refused(send, &[code]).await;
        socket.refused(json!({"type": "typing_start", "room_id": room}), &[code]).await;
    }
    let open = |peer: &User| format!("/users/{}/dm", peer.id);
    bob.poke(&open(&ann)).await.problem(403, "blocked");
    ann.poke(&open(&bob)).await.problem(403, "you_blocked_user");
    let body = json!({"type": "direct", "user_id": ann.id});
    bob.post("/rooms", body).await.problem(403, "blocked");
    // What was said can still be read, and taken back.
    assert_eq!(contents(&bob.page(&room, "").await), ["theirs", "before"]);
    bob.delete(&format!("/messages/{}", theirs["id"].as_str().unwrap())).await.ok(200);
}

#[tokio::test]
async fn no_direct_room_is_opened() {
    let [ann, bob] = stack().users().await;
    block(&ann, &bob).await;
    bob.poke(&format!("/users/{}/dm", ann.id)).await.problem(403, "blocked");
    ann.poke(&format!("/users/{}/dm", bob.id)).await.problem(403, "you_blocked_user");
    assert_eq!(bob.get("/rooms").await.ok(200)["rooms"], json!([]));
}

#[tokio::test]
async fn a_block_and_an_opening_at_once_leave_no_open_door() {
    for _ in 0..8 {
        let [ann, bob] = stack().users().await;
        let path = format!("/users/{}/dm", ann.id);
        let (opened, _) = tokio::join!(bob.poke(&path), block(&ann, &bob));
        if opened.status == 201 {
            let room = opened.json["id"].as_str().unwrap();
            let send = bob.post(&format!("/rooms/{room}/messages"), json!({"content": "x"})).await;
            send.problem(403, "blocked");
        } else {
            opened.problem(403, "blocked");
        }
    }
}

#[tokio::test]
async fn shared_rooms_go_on_without_typing_and_profile() {
    let [ann, bob, eve] = stack().users().await;
    let room = ann.room_with(&[&bob, &eve]).await;
    block(&ann, &bob).await;
    let (mine, blocked, third) =
        (Socket::connect(&ann).await, Socket::connect(&bob).await, Socket::connect(&eve).await);
    mine.ack(json!({"type": "typing_start", "room_id": room})).await;
    third.expect("user_typing", |data| data["user_id"] == ann.id.as_str()).await;
    ann.patch("/users/me", json!({"display_name": "Ann A.", "status": "busy"})).await.ok(200);
    third.expect("user_updated", |data| data["user"]["id"] == ann.id.as_str()).await;
    third.expect("presence_updated", |data| data["user_id"] == ann.id.as_str()).await;
    mine.ack(json!({"type": "typing_stop", "room_id": room})).await;
    third.expect("user_typing", |data| data["typing"] == false).await;
    for (from, text) in [(&ann, "to all"), (&bob, "to all, too")] {
        from.send(&room, text).await;
        for socket in [&mine, &blocked, &third] {
            socket.expect_message(&room, text).await;
        }
    }
    let leaked = blocked.seen(|frame| {
        ["user_typing", "user_updated", "presence_updated"].contains(&frame.kind.as_str())
            && frame.raw.to_string().contains(&ann.id)
    });
    assert!(leaked.is_empty(), "{leaked:?}");
    // The profile is public, but not whether and when she is here; and nothing tells why.
    let seen = bob.get(&format!("/users/{}", ann.id)).await.ok(200);
    shape::user(&seen);
    assert_eq!((&seen["display_name"], &seen["status"]), (&json!("Ann A."), &json!("offline")));
    assert_eq!(seen["last_seen"], Value::Null);
    let seen = eve.get(&format!("/users/{}", ann.id)).await.ok(200);
    assert_eq!(seen["status"], "busy");
}

#[tokio::test]
async fn only_ones_own_devices_are_told() {
    let [ann, bob] = stack().users().await;
    let room = ann.room_with(&[&bob]).await;
    let (mine, theirs) = (Socket::connect(&ann).await, Socket::connect(&bob).await);
    block(&ann, &bob).await;
    mine.expect("user_blocked", |data| data["user_id"] == bob.id.as_str()).await;
    ann.send(&room, "fence").await;
    theirs.expect_message(&room, "fence").await;
    let told = theirs.seen(|frame| frame.kind == "user_blocked");
    assert!(told.is_empty(), "{told:?}");
}

#[tokio::test]
async fn oneself_and_nobody_cannot_be_blocked() {
    let user = stack().user().await;
    let put = async |id: &str| user.call("PUT", &format!("/users/{id}/block"), Payload::None).await;
    put(&user.id).await.problem(400, "validation_failed");
    for id in ["0199aaaa-0000-7000-8000-000000000000", "nonsense", "me"] {
        put(id).await.problem(404, "not_found");
    }
}
