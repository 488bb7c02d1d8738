//! `POST /rooms/{room_id}/members`

use parlance_tests::prelude::*;
use parlance_tests::rooms::system_lines;

#[tokio::test]
async fn an_admin_brings_somebody_into_a_private_room() {
    let [owner, admin, guest] = stack().users().await;
    let room = owner.room_with_admin(&admin, &[]).await;
    owner.put(&format!("/rooms/{room}"), json!({"type": "private"})).await.ok(200);
    let (inside, theirs) = (Socket::connect(&owner).await, Socket::connect(&guest).await);
    let member = admin.add(&room, &guest).await;
    assert_eq!((&member["user_id"], &member["role"]), (&json!(guest.id), &json!("member")));
    for socket in [&inside, &theirs] {
        let event = socket.expect("user_joined", |data| data["room_id"] == room.as_str()).await;
        shape::event(&event);
        assert_eq!(event.data["user"]["id"], guest.id.as_str());
        assert_eq!(event.data["system_message"]["system"]["kind"], "added");
    }
    owner.send(&room, "welcome").await;
    theirs.expect_message(&room, "welcome").await;
    assert_eq!(guest.room(&room).await["member_count"], 3);
    assert_eq!(system_lines(&guest.page(&room, "").await)[0], "added");
}

#[tokio::test]
async fn adding_twice_is_adding_once() {
    let [owner, guest] = stack().users().await;
    let room = owner.make_room("private", "Tea").await;
    let first = owner.add(&room, &guest).await;
    let body = json!({"user_id": guest.id});
    let again = owner.post(&format!("/rooms/{room}/members"), body).await.ok(200);
    assert_eq!(first, again);
    assert_eq!(owner.room(&room).await["member_count"], 2);
    assert_eq!(system_lines(&owner.page(&room, "").await), ["added"]);
    // Oneself is in it already.
    let body = json!({"user_id": owner.id});
    let own = owner.post(&format!("/rooms/{room}/members"), body).await.ok(200);
    assert_eq!(own["role"], "owner");
}

#[tokio::test]
async fn only_admins_and_the_owner_may() {
    let [owner, member, former, stranger, guest] = stack().users().await;
    let room = owner.room_with(&[&member, &former]).await;
    former.leave(&room).await;
    let path = format!("/rooms/{room}/members");
    let body = json!({"user_id": guest.id});
    member.post(&path, body.clone()).await.problem(403, "insufficient_role");
    former.post(&path, body.clone()).await.problem(403, "not_a_member");
    stranger.post(&path, body.clone()).await.problem(403, "not_a_member");
    assert_eq!(owner.room(&room).await["member_count"], 2);
    let nowhere = "/rooms/0199aaaa-0000-7000-8000-000000000000/members";
    owner.post(nowhere, body).await.problem(404, "not_found");
}

#[tokio::test]
async fn nobody_is_added_who_is_nobody_banned_or_unwilling() {
    let [owner, banned, unwilling] = stack().users().await;
    let room = owner.make_room("private", "Tea").await;
    let path = format!("/rooms/{room}/members");
    let add = async |id: &str| owner.post(&path, json!({"user_id": id})).await;
    add("0199aaaa-0000-7000-8000-000000000000").await.problem(404, "not_found");
    owner.ban(&room, &banned).await;
    add(&banned.id).await.problem(403, "banned");
    let block = format!("/users/{}/block", owner.id);
    unwilling.call("PUT", &block, Payload::None).await.ok(200);
    add(&unwilling.id).await.problem(403, "blocked");
    for wrong in [json!({}), json!({"user_id": 7}), json!({"user_id": "nobody"})] {
        owner.post(&path, wrong).await.invalid("/user_id");
    }
    assert_eq!(owner.room(&room).await["member_count"], 1);
}

#[tokio::test]
async fn a_direct_room_stays_two() {
    let [alice, bob, carol] = stack().users().await;
    let room = alice.direct_room(&bob).await;
    let body = json!({"user_id": carol.id});
    let answer = alice.post(&format!("/rooms/{room}/members"), body).await;
    answer.problem(400, "direct_room_immutable");
    assert_eq!(alice.room(&room).await["member_count"], 2);
}
