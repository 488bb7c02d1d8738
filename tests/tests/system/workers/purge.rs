//! `purge`: a deleted room is emptied. That nothing of it stays is proved row by row in
//! `shared/store/tests/contract/purge.rs`; here the worker comes by, does it all and may do what it does.

use parlance_tests::metrics::Metrics;
use parlance_tests::prelude::*;
use std::collections::BTreeMap;
use std::time::Instant;

/// What the worker has called once it has put its mark behind the last row.
async fn emptied(stack: &Stack, before: &Metrics) -> BTreeMap<String, u64> {
    let deadline = Instant::now() + parlance_tests::DEADLINE;
    loop {
        let calls = stack.metrics().await.calls_since(before, "purge");
        if calls.contains_key("PutItem") {
            return calls;
        }
        assert!(Instant::now() < deadline, "not emptied: {calls:?}");
    }
}

#[tokio::test]
async fn a_deleted_room_is_emptied_and_its_members_hear_of_it_all_the_same() {
    let stack = Stack::start(Options::new().roomy().param("PurgeDelaySeconds", 5));
    let [owner, admin, guest, banned] = stack.users().await;
    let room = owner.room_with_admin(&admin, &[&guest]).await;
    let other = owner.room_with(&[&guest]).await;
    for number in 0..60 {
        guest.send(&room, &format!("secret {number}")).await;
    }
    let message = owner.send(&room, "pinned").await;
    owner.pin(&room, message["id"].as_str().unwrap()).await;
    owner.ban(&room, &banned).await;
    owner.silence(&room, &guest).await;
    let code = admin.invite_code(&room, json!({})).await;
    owner.send(&other, "stays").await;

    let sockets = [Socket::connect(&guest).await, Socket::connect(&admin).await];
    let before = stack.metrics().await;
    owner.delete(&format!("/rooms/{room}")).await.ok(200);
    let gone = |data: &Value| data["room_id"] == room.as_str();
    for socket in &sockets {
        socket.expect("room_deleted", gone).await;
    }
    guest.get(&format!("/rooms/{room}")).await.problem(404, "not_found");
    guest.get(&format!("/invites/{code}")).await.problem(404, "not_found");
    let calls = emptied(&stack, &before).await;
    // Members and their lists, what was kept about the room and the invitation itself, messages and log.
    assert!(calls["BatchWriteItem"] >= 7, "{calls:?}");
    // They are told once more, in case the request had died before it could.
    for socket in &sockets {
        socket.expect("room_deleted", gone).await;
    }
    assert_eq!(contents(&guest.page(&other, "").await), ["stays"]);
    assert_eq!(ids(&guest.get("/rooms").await.ok(200)["rooms"]), [other]);
    guest.get(&format!("/invites/{code}")).await.problem(404, "not_found");
    owner.delete(&format!("/rooms/{room}")).await.problem(404, "not_found");
}

#[tokio::test]
async fn the_last_members_leaving_empties_it_too() {
    let stack = Stack::start(Options::new().roomy().param("PurgeDelaySeconds", 5));
    let owner = stack.user().await;
    let room = owner.make_room("public", "Tea").await;
    owner.send(&room, "alone").await;
    let before = stack.metrics().await;
    owner.leave(&room).await;
    let calls = emptied(&stack, &before).await;
    assert!(calls["BatchWriteItem"] >= 3, "{calls:?}");
}
