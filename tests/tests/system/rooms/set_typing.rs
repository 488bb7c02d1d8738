//! `POST /rooms/{room_id}/typing`

use parlance_tests::prelude::*;

#[tokio::test]
async fn it_is_seen_by_the_others_and_ends() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let (mine, theirs) = (Socket::connect(&alice).await, Socket::connect(&bob).await);
    let path = format!("/rooms/{room}/typing");
    assert_eq!(alice.post(&path, json!({"typing": true})).await.ok(200), json!({}));
    let start = theirs.expect("user_typing", |data| data["typing"] == true).await;
    assert_eq!((&start.data["room_id"], &start.data["user_id"]), (&json!(room), &json!(alice.id)));
    alice.post(&path, json!({"typing": false})).await.ok(200);
    theirs.expect("user_typing", |data| data["typing"] == false).await;
    // A start is throttled together with those of the socket.
    alice.post(&path, json!({"typing": true})).await.ok(200);
    mine.ack(json!({"type": "typing_start", "room_id": room})).await;
    alice.send(&room, "fence").await;
    mine.expect_message(&room, "fence").await;
    theirs.expect_message(&room, "fence").await;
    assert!(mine.seen(|frame| frame.kind == "user_typing").is_empty(), "not echoed");
}

#[tokio::test]
async fn only_members_type_and_what_they_say_is_checked() {
    let [owner, member, stranger] = stack().users().await;
    let room = owner.room_with(&[&member]).await;
    let path = format!("/rooms/{room}/typing");
    stranger.post(&path, json!({"typing": true})).await.problem(403, "not_a_member");
    member.leave(&room).await;
    member.post(&path, json!({"typing": false})).await.problem(403, "not_a_member");
    for wrong in [json!({}), json!({"typing": "yes"}), json!({"typing": null})] {
        owner.post(&path, wrong).await.invalid("/typing");
    }
    let nowhere = "/rooms/0199aaaa-0000-7000-8000-000000000000/typing";
    owner.post(nowhere, json!({"typing": true})).await.problem(404, "not_found");
    stack()
        .api()
        .call("POST", &path, None, json!({"typing": true}))
        .await
        .problem(401, "unauthenticated");
}
