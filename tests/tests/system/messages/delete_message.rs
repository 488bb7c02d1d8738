//! `DELETE /messages/{message_id}`

use parlance_tests::prelude::*;

fn path(message: &Value) -> String {
    format!("/messages/{}", message["id"].as_str().unwrap())
}

#[tokio::test]
async fn what_it_said_is_gone_everywhere() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let start = bob.room(&room).await["last_seq"].as_u64().unwrap();
    let sent = alice.send(&room, "a secret").await;
    let reply = bob.send_as(&room, json!({"content": "reply", "parent_id": sent["id"]})).await;
    bob.post(&format!("{}/reactions", path(&sent)), json!({"emoji": "👍"})).await.ok(201);
    alice.put(&path(&sent), json!({"content": "a secret, edited"})).await.ok(200);
    let last = alice.send(&room, "another secret").await;

    let answer = alice.delete(&path(&sent)).await.ok(200);
    shape::tombstone(&answer["message"], &alice.id);
    assert_eq!((&answer["message"]["id"], &answer["message"]["seq"]), (&sent["id"], &sent["seq"]));
    alice.delete(&path(&last)).await.ok(200);

    let socket = Socket::connect(&bob).await;
    let everything = [
        bob.page(&room, "").await,
        bob.message(sent["id"].as_str().unwrap()).await,
        bob.message(reply["id"].as_str().unwrap()).await,
        bob.room(&room).await,
        bob.get("/rooms").await.ok(200),
        socket.ack(json!({"type": "resume", "rooms": {&room: start}})).await,
    ];
    for document in everything {
        assert!(!document.to_string().contains("secret"), "{document}");
    }
    assert_eq!(
        bob.message(reply["id"].as_str().unwrap()).await["parent_message_id"],
        sent["id"],
        "replies stay"
    );
}

#[tokio::test]
async fn everybody_in_the_room_is_told() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let sent = alice.send(&room, "m").await;
    let socket = Socket::connect(&bob).await;
    alice.delete(&path(&sent)).await.ok(200);
    let event = socket.expect("message_deleted", |data| data["message_id"] == sent["id"]).await;
    shape::event(&event);
    assert_eq!(event.data["room_id"], room);
    assert!(
        event.data["deleted_by"].to_string().contains(&alice.id)
            && event.data["deleted_at"].is_string(),
        "{}",
        event.raw
    );
    assert!(event.seq > sent["seq"].as_u64());
}

#[tokio::test]
async fn the_second_time_changes_nothing() {
    let [alice, owner] = stack().users().await;
    let room = owner.room_with(&[&alice]).await;
    let sent = alice.send(&room, "m").await;
    let socket = Socket::connect(&owner).await;
    let first = alice.delete(&path(&sent)).await.ok(200);
    let second = owner.delete(&path(&sent)).await.ok(200);
    assert_eq!(second["message"]["deleted_at"], first["message"]["deleted_at"]);
    shape::tombstone(&second["message"], &alice.id);
    alice.send(&room, "fence").await;
    socket.expect_message(&room, "fence").await;
    let mut numbers: Vec<_> = socket
        .seen(|frame| frame.kind == "message_deleted")
        .iter()
        .map(|frame| frame.seq)
        .collect();
    numbers.dedup();
    assert_eq!(numbers.len(), 1);
}

#[tokio::test]
async fn the_sender_and_the_owner_may_and_nobody_else() {
    let [owner, sender, member, stranger] = stack().users().await;
    let room = owner.room_with(&[&sender, &member]).await;
    let sent = sender.send(&room, "m").await;
    member
        .delete(&path(&sent))
        .await
        .problem_of(&[(403, "insufficient_role"), (403, "not_the_sender")]);
    stranger.delete(&path(&sent)).await.problem(403, "not_a_member");
    assert_eq!(member.message(sent["id"].as_str().unwrap()).await["content"], "m");
    shape::tombstone(&owner.delete(&path(&sent)).await.ok(200)["message"], &owner.id);
}

#[tokio::test]
async fn an_unknown_id_is_not_found() {
    let user = stack().user().await;
    user.delete("/messages/nonsense").await.problem(404, "not_found");
    user.delete("/messages/0199aaaa-0000-7000-8000-000000000000-1").await.problem(404, "not_found");
}
