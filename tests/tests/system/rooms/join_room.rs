//! `POST /rooms/{room_id}/join`

use futures_util::future::join_all;
use parlance_tests::prelude::*;

#[tokio::test]
async fn anybody_joins_a_public_room() {
    let [owner, guest] = stack().users().await;
    let room = owner.make_room("public", "Tea").await;
    let answer = guest.join(&room).await;
    shape::room_of_member(&answer["room"]);
    shape::membership(&answer["membership"]);
    let membership = &answer["membership"];
    assert_eq!(
        (&membership["room_id"], &membership["user_id"], &membership["role"]),
        (&json!(room), &json!(guest.id), &json!("member"))
    );
    assert_eq!(answer["room"]["member_count"], 2);
    guest.send(&room, "hello").await;
}

#[tokio::test]
async fn the_second_time_changes_nothing() {
    let [owner, guest] = stack().users().await;
    let room = owner.make_room("public", "Tea").await;
    let socket = Socket::connect(&owner).await;
    let first = guest.join(&room).await;
    let second = guest.join(&room).await;
    assert_eq!(second["membership"], first["membership"]);
    assert_eq!(second["room"]["member_count"], 2);
    assert_eq!(owner.join(&room).await["membership"]["role"], "owner");
    guest.send(&room, "fence").await;
    socket.expect_message(&room, "fence").await;
    let events =
        socket.seen(|frame| frame.kind == "user_joined" && frame.data["room_id"] == room.as_str());
    let mut numbers: Vec<_> = events.iter().filter_map(|frame| frame.seq).collect();
    numbers.dedup();
    assert_eq!(numbers.len(), 1, "{events:?}");
}

#[tokio::test]
async fn many_at_once_make_one_member() {
    let [owner, guest] = stack().users().await;
    let room = owner.make_room("public", "Tea").await;
    let path = format!("/rooms/{room}/join");
    for answer in join_all((0..10).map(|_| guest.poke(&path))).await {
        answer.ok(200);
    }
    assert_eq!(owner.room(&room).await["member_count"], 2);
    let members = owner.get(&format!("/rooms/{room}/members")).await.ok(200);
    assert_eq!(members["members"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn ten_people_at_once_are_ten_members_more() {
    let owner = stack().user().await;
    let room = owner.make_room("public", "Tea").await;
    let crowd = stack().crowd(10).await;
    join_all(crowd.iter().map(|user| user.join(&room))).await;
    assert_eq!(owner.room(&room).await["member_count"], 11);
}

#[tokio::test]
async fn members_and_the_newcomer_are_told() {
    let [owner, guest] = stack().users().await;
    let room = owner.make_room("public", "Tea").await;
    let (inside, own) = (Socket::connect(&owner).await, Socket::connect(&guest).await);
    guest.join(&room).await;
    for socket in [&inside, &own] {
        let event =
            socket.expect("user_joined", |data| data["user"]["id"] == guest.id.as_str()).await;
        shape::event(&event);
        shape::compact_user(&event.data["user"]);
        shape::room(&event.data["room"]);
        assert_eq!((&event.data["room_id"], &event.data["role"]), (&json!(room), &json!("member")));
    }
    // The socket opened before brings the room's events from now on.
    owner.send(&room, "welcome").await;
    own.expect_message(&room, "welcome").await;
}

#[tokio::test]
async fn newcomers_read_what_was_said_before() {
    let [owner, guest] = stack().users().await;
    let room = owner.make_room("public", "Tea").await;
    owner.send(&room, "early").await;
    guest.join(&room).await;
    assert_eq!(contents(&guest.page(&room, "").await), ["early"]);
}

#[tokio::test]
async fn others_need_an_invitation() {
    let [owner, peer, stranger] = stack().users().await;
    let private = owner.make_room("private", "Tea").await;
    stranger.poke(&format!("/rooms/{private}/join")).await.problem(403, "invite_required");
    let direct = owner.direct_room(&peer).await;
    let refused = stranger.poke(&format!("/rooms/{direct}/join")).await;
    refused.problem_of(&[
        (400, "direct_room_immutable"),
        (403, "invite_required"),
        (403, "not_a_member"),
    ]);
    assert_eq!(owner.room(&private).await["member_count"], 1);
    assert_eq!(owner.room(&direct).await["member_count"], 2);
}

#[tokio::test]
async fn an_unknown_room_is_not_found() {
    let user = stack().user().await;
    user.poke("/rooms/0199aaaa-0000-7000-8000-000000000000/join").await.problem(404, "not_found");
}
