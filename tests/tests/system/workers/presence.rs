//! `presence`: who is here, told to those who share a room, and only when it changes.

use parlance_tests::prelude::*;

/// What a member sees of another in the list of members.
async fn listed(by: &User, room: &str, of: &User) -> Value {
    let page = by.get(&format!("/rooms/{room}/members?limit=100")).await.ok(200);
    let members = page["members"].as_array().cloned().unwrap_or_default();
    members.into_iter().find(|member| member["user"]["id"] == of.id.as_str()).expect("a member")
}

async fn told(socket: &Socket, of: &User, status: &str) -> Value {
    let event = socket
        .expect("presence_updated", |data| {
            data["user_id"] == of.id.as_str() && data["status"] == status
        })
        .await;
    shape::event(&event);
    event.data
}

#[tokio::test]
async fn who_shares_a_room_is_told_of_coming_and_nobody_else() {
    let [alice, bob, stranger] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let (near, far) = (Socket::connect(&bob).await, Socket::connect(&stranger).await);
    let _here = Socket::connect(&alice).await;
    let data = told(&near, &alice, "online").await;
    assert!(data["last_active_at"].is_string(), "{data}");
    assert_eq!((&data["status_message"], &data["status_emoji"]), (&Value::Null, &Value::Null));
    assert_eq!(listed(&bob, &room, &alice).await["status"], "online");
    assert_eq!(bob.get(&format!("/users/{}", alice.id)).await.ok(200)["status"], "online");
    let lobby = alice.room_with(&[&stranger]).await;
    alice.send(&lobby, "fence").await;
    far.expect_message(&lobby, "fence").await;
    let heard = far.seen(|f| f.kind == "presence_updated" && f.data["user_id"] == bob.id.as_str());
    assert!(heard.is_empty(), "{heard:?}");
}

#[tokio::test]
async fn a_second_device_changes_nothing_and_is_not_told() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let near = Socket::connect(&bob).await;
    let _one = Socket::connect(&alice).await;
    told(&near, &alice, "online").await;
    let two = Socket::connect(&alice).await;
    two.ack(json!({"type": "set_presence", "status": "away"})).await;
    two.ack(json!({"type": "set_presence", "status": "online"})).await;
    alice.patch("/users/me", json!({"status": "busy"})).await.ok(200);
    told(&near, &alice, "busy").await;
    let of = |f: &Frame| f.kind == "presence_updated" && f.data["user_id"] == alice.id.as_str();
    let all: Vec<Value> = near.seen(of).iter().map(|f| f.data["status"].clone()).collect();
    assert_eq!(all, ["online", "busy"]);
    assert_eq!(listed(&bob, &room, &alice).await["status"], "busy");
}

#[tokio::test]
async fn silence_ends_presence_and_a_ping_brings_it_back() {
    let [alice, bob] = brief().users().await;
    let room = alice.room_with(&[&bob]).await;
    let near = Socket::connect(&bob).await;
    let silent = Socket::connect(&alice).await;
    told(&near, &alice, "online").await;
    // The socket stays open; nobody says goodbye.
    told(&near, &alice, "offline").await;
    assert_eq!(listed(&bob, &room, &alice).await["status"], "offline");
    silent.ping().await;
    told(&near, &alice, "online").await;
    told(&near, &alice, "offline").await;
    assert!(!silent.is_closed());
}

#[tokio::test]
async fn a_goodbye_ends_it_after_the_grace_and_a_reconnect_is_seen_by_nobody() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let near = Socket::connect(&bob).await;
    let one = Socket::connect(&alice).await;
    told(&near, &alice, "online").await;
    one.close().await;
    let two = Socket::connect(&alice).await;
    assert_eq!(listed(&bob, &room, &alice).await["status"], "online");
    // Ten seconds of grace: the one who has really gone is told, and only once.
    two.close().await;
    assert_eq!(listed(&bob, &room, &alice).await["status"], "online", "the grace");
    told(&near, &alice, "offline").await;
    let of = |f: &Frame| f.kind == "presence_updated" && f.data["user_id"] == alice.id.as_str();
    let all: Vec<Value> = near.seen(of).iter().map(|f| f.data["status"].clone()).collect();
    assert_eq!(all, ["online", "offline"]);
    let user = bob.get(&format!("/users/{}", alice.id)).await.ok(200);
    assert_eq!(user["status"], "offline");
}

#[tokio::test]
async fn the_invisible_are_not_here() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let near = Socket::connect(&bob).await;
    let _here = Socket::connect(&alice).await;
    told(&near, &alice, "online").await;
    alice.patch("/users/me", json!({"status": "offline"})).await.ok(200);
    let data = told(&near, &alice, "offline").await;
    assert_eq!(data["last_active_at"], Value::Null);
    let seen = listed(&bob, &room, &alice).await;
    assert_eq!((&seen["status"], &seen["last_active_at"]), (&json!("offline"), &Value::Null));
    alice.patch("/users/me", json!({"status": null})).await.ok(200);
    told(&near, &alice, "online").await;
}

#[tokio::test]
async fn a_status_message_ends_by_itself() {
    let [alice, bob] = brief().users().await;
    let room = alice.room_with(&[&bob]).await;
    let near = Socket::connect(&bob).await;
    let now = alice.get("/bootstrap").await.ok(200)["server_time"].as_str().unwrap().to_owned();
    let soon = shape::moment(&now).unwrap() + std::time::Duration::from_secs(10);
    let end = soon.format(&time::format_description::well_known::Rfc3339).unwrap();
    let status =
        json!({"status_message": "at lunch", "status_emoji": "🍜", "status_expires_at": end});
    alice.patch("/users/me", status).await.ok(200);
    let event = near.expect("presence_updated", |d| d["status_message"] == "at lunch").await;
    assert_eq!(event.data["status_emoji"], "🍜");
    assert!(event.data["status_expires_at"].is_string(), "{}", event.raw);
    assert_eq!(listed(&bob, &room, &alice).await["status_message"], "at lunch");
    near.expect("presence_updated", |d| {
        d["user_id"] == alice.id.as_str() && d["status_message"].is_null()
    })
    .await;
    assert_eq!(listed(&bob, &room, &alice).await["status_message"], Value::Null);
}

#[tokio::test]
async fn whom_one_has_blocked_hears_and_sees_nothing() {
    let [alice, bob, carol] = stack().users().await;
    let room = alice.room_with(&[&bob, &carol]).await;
    alice.call("PUT", &format!("/users/{}/block", bob.id), Payload::None).await.ok(200);
    let (bobs, carols) = (Socket::connect(&bob).await, Socket::connect(&carol).await);
    let _here = Socket::connect(&alice).await;
    told(&carols, &alice, "online").await;
    carol.send(&room, "fence").await;
    bobs.expect_message(&room, "fence").await;
    let heard =
        bobs.seen(|f| f.kind == "presence_updated" && f.data["user_id"] == alice.id.as_str());
    assert!(heard.is_empty(), "{heard:?}");
    assert_eq!(listed(&bob, &room, &alice).await["status"], "offline");
    assert_eq!(listed(&carol, &room, &alice).await["status"], "online");
}
