//! `set_presence`

use parlance_tests::prelude::*;

async fn told(socket: &Socket, of: &User, status: &str) {
    socket
        .expect("presence_updated", |data| {
            data["user_id"] == of.id.as_str() && data["status"] == status
        })
        .await;
}

#[tokio::test]
async fn a_user_is_away_when_all_devices_are() {
    let [alice, bob] = stack().users().await;
    alice.room_with(&[&bob]).await;
    let near = Socket::connect(&bob).await;
    let (one, two) = (Socket::connect(&alice).await, Socket::connect(&alice).await);
    told(&near, &alice, "online").await;
    assert_eq!(one.ack(json!({"type": "set_presence", "status": "away"})).await, json!({}));
    two.ack(json!({"type": "set_presence", "data": {"status": "away"}})).await;
    told(&near, &alice, "away").await;
    one.ack(json!({"type": "set_presence", "status": "online"})).await;
    let of = |f: &Frame| f.kind == "presence_updated" && f.data["user_id"] == alice.id.as_str();
    // Told at least once, and not always in order: the time says which is the later one.
    loop {
        told(&near, &alice, "online").await;
        let mut all = near.seen(of);
        all.sort_by_key(|f| f.raw["ts"].as_str().map(str::to_owned));
        let mut all: Vec<Value> = all.iter().map(|f| f.data["status"].clone()).collect();
        all.dedup();
        if all.last() == Some(&json!("online")) {
            assert_eq!(all, ["online", "away", "online"], "one device away is nothing to tell");
            return;
        }
    }
}

#[tokio::test]
async fn only_what_a_device_can_say() {
    let user = stack().user().await;
    let socket = Socket::connect(&user).await;
    for wrong in [json!("busy"), json!("offline"), json!(""), json!(7), Value::Null] {
        let frame = json!({"type": "set_presence", "status": wrong});
        socket.refused(frame, &["validation_failed"]).await;
    }
    socket.refused(json!({"type": "set_presence"}), &["validation_failed"]).await;
}

#[tokio::test]
async fn the_room_one_looks_at_is_seen_in_that_room_only() {
    let [alice, bob] = stack().users().await;
    let (room, other) = (alice.room_with(&[&bob]).await, alice.room_with(&[&bob]).await);
    let socket = Socket::connect(&alice).await;
    let near = Socket::connect(&bob).await;
    socket.ack(json!({"type": "join_room", "room_id": room})).await;
    alice.send(&room, "fence").await;
    near.expect_message(&room, "fence").await;
    let current = async |room: &str| {
        let page = bob.get(&format!("/rooms/{room}/members")).await.ok(200);
        let members = page["members"].as_array().cloned().unwrap_or_default();
        let alice = members.into_iter().find(|m| m["user"]["id"] == alice.id.as_str());
        alice.expect("a member")["current_room"].clone()
    };
    // Who is not shown as being here is not shown anywhere.
    alice.patch("/users/me", json!({"status": "busy"})).await.ok(200);
    assert_eq!(current(&room).await, room.as_str());
    assert_eq!(current(&other).await, Value::Null);
    socket.ack(json!({"type": "join_room", "room_id": other})).await;
    assert_eq!((current(&room).await, current(&other).await), (Value::Null, json!(other)));
    socket.ack(json!({"type": "leave_room", "room_id": other})).await;
    assert_eq!(current(&other).await, Value::Null);
}
