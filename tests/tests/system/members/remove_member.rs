//! `DELETE /rooms/{room_id}/members/{user_id}`

use parlance_tests::prelude::*;

fn path(room: &str, user: &User) -> String {
    format!("/rooms/{room}/members/{}", user.id)
}

#[tokio::test]
async fn from_that_instant_they_hear_nothing() {
    let [owner, admin, guest] = stack().users().await;
    let room = owner.room_with_admin(&admin, &[&guest]).await;
    let lobby = owner.room_with(&[&guest]).await;
    let (theirs, inside) = (Socket::connect(&guest).await, Socket::connect(&owner).await);
    assert_eq!(admin.delete(&path(&room, &guest)).await.ok(200), json!({"removed": true}));
    for socket in [&theirs, &inside] {
        let event = socket.expect("user_left", |data| data["room_id"] == room.as_str()).await;
        shape::event(&event);
        assert_eq!(event.data["reason"], "removed");
        assert_eq!(event.data["user_id"], guest.id.as_str());
        assert_eq!(event.data["system_message"]["sender"]["id"], admin.id.as_str());
    }
    owner.send(&room, "among us").await;
    inside.expect_message(&room, "among us").await;
    owner.send(&lobby, "fence").await;
    theirs.expect_message(&lobby, "fence").await;
    assert!(theirs.seen(|frame| frame.raw.to_string().contains("among us")).is_empty());
    guest.get(&format!("/rooms/{room}/messages")).await.problem(403, "not_a_member");
    // The room is public: they may come back.
    guest.join(&room).await;
    assert_eq!(contents(&guest.page(&room, "").await), ["among us"]);
}

#[tokio::test]
async fn ranks_act_downwards_only() {
    let [owner, admin, rival, member, stranger] = stack().users().await;
    let room = owner.room_with_admin(&admin, &[&rival, &member]).await;
    owner.appoint(&room, &rival, "admin").await;
    for (who, whom) in [(&admin, &owner), (&admin, &rival), (&member, &admin), (&member, &owner)] {
        who.delete(&path(&room, whom)).await.problem(403, "insufficient_role");
    }
    stranger.delete(&path(&room, &member)).await.problem(403, "not_a_member");
    assert_eq!(owner.room(&room).await["member_count"], 4);
    owner.delete(&path(&room, &rival)).await.ok(200);
    admin.delete(&path(&room, &stranger)).await.problem(404, "not_found");
    assert_eq!(owner.room(&room).await["member_count"], 3);
}

#[tokio::test]
async fn removing_again_announces_again_and_changes_nothing() {
    let [owner, guest] = stack().users().await;
    let room = owner.room_with(&[&guest]).await;
    owner.delete(&path(&room, &guest)).await.ok(200);
    let socket = Socket::connect(&owner).await;
    // A client that lost the answer asks again: it is the same event, under its own number.
    owner.delete(&path(&room, &guest)).await.ok(200);
    let again = socket.expect("user_left", |data| data["user_id"] == guest.id.as_str()).await;
    let lines = owner.page(&room, "").await;
    let last = &lines["messages"][0];
    assert_eq!((&last["system"]["kind"], &last["seq"]), (&json!("removed"), &again.data["seq"]));
    assert_eq!(owner.room(&room).await["last_seq"], again.data["seq"]);
    assert_eq!(owner.room(&room).await["member_count"], 1);
}

#[tokio::test]
async fn removing_oneself_is_leaving() {
    let [owner, guest] = stack().users().await;
    let room = owner.room_with(&[&guest]).await;
    owner.delete(&path(&room, &owner)).await.problem(409, "owner_must_transfer");
    let socket = Socket::connect(&owner).await;
    guest.delete(&path(&room, &guest)).await.ok(200);
    let event = socket.expect("user_left", |data| data["user_id"] == guest.id.as_str()).await;
    assert_eq!(event.data["reason"], "left");
    owner.delete(&path(&room, &owner)).await.ok(200);
    owner.get(&format!("/rooms/{room}")).await.problem(404, "not_found");
}

#[tokio::test]
async fn a_direct_room_and_an_unknown_one() {
    let [alice, bob] = stack().users().await;
    let room = alice.direct_room(&bob).await;
    alice.delete(&path(&room, &bob)).await.problem(400, "direct_room_immutable");
    let nowhere = "0199aaaa-0000-7000-8000-000000000000";
    alice.delete(&path(nowhere, &bob)).await.problem(404, "not_found");
}
