//! `GET /messages/{message_id}`

use parlance_tests::prelude::*;

#[tokio::test]
async fn it_is_there_right_after_the_send() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    for number in 0..10 {
        let sent = alice.send(&room, &number.to_string()).await;
        let read = bob.message(sent["id"].as_str().unwrap()).await;
        shape::message(&read);
        assert_eq!(
            (&read["id"], &read["seq"], &read["content"]),
            (&sent["id"], &sent["seq"], &sent["content"])
        );
    }
}

#[tokio::test]
async fn a_deleted_message_is_its_tombstone() {
    let user = stack().user().await;
    let room = user.make_room("public", "Tea").await;
    let id = user.send(&room, "secret").await["id"].as_str().unwrap().to_owned();
    user.delete(&format!("/messages/{id}")).await.ok(200);
    shape::tombstone(&user.message(&id).await, &user.id);
}

#[tokio::test]
async fn only_members_read_it() {
    let [owner, stranger] = stack().users().await;
    let room = owner.make_room("public", "Tea").await;
    let id = owner.send(&room, "m").await["id"].as_str().unwrap().to_owned();
    stranger.get(&format!("/messages/{id}")).await.problem(403, "not_a_member");
}

#[tokio::test]
async fn an_unknown_id_is_not_found() {
    let user = stack().user().await;
    let room = user.make_room("public", "Tea").await;
    let id = user.send(&room, "m").await["id"].as_str().unwrap().to_owned();
    let others = [
        format!("{id}9"),
        format!("{id}99999999999999999999"),
        format!("{room}-0"),
        format!("{room}--1"),
        room,
        "nonsense".into(),
        "%00".into(),
    ];
    for other in others {
        user.get(&format!("/messages/{other}")).await.problem(404, "not_found");
    }
}
