//! `DELETE /rooms/{room_id}/pins/{message_id}`

use parlance_tests::prelude::*;

#[tokio::test]
async fn the_pin_is_gone_and_everybody_hears_of_it() {
    let [owner, admin, member] = stack().users().await;
    let room = owner.room_with_admin(&admin, &[&member]).await;
    let message = owner.send(&room, "m").await;
    let message = message["id"].as_str().unwrap();
    owner.pin(&room, message).await;
    let socket = Socket::connect(&member).await;
    let path = format!("/rooms/{room}/pins/{message}");
    assert_eq!(admin.delete(&path).await.ok(200), json!({"unpinned": true}));
    let event = socket.expect("message_unpinned", |_| true).await;
    shape::event(&event);
    assert_eq!(
        (&event.data["message_id"], &event.data["user_id"]),
        (&json!(message), &json!(admin.id))
    );
    assert_eq!(event.data["system_message"], Value::Null, "not worth a line");
    assert_eq!(member.message(message).await["pinned"], false);
    assert!(member.pinned(&room).await.is_empty());
    let seq = owner.room(&room).await["last_seq"].clone();
    owner.delete(&path).await.ok(200);
    assert_eq!(owner.room(&room).await["last_seq"], seq);
    assert_eq!(owner.room(&room).await["pin_count"], 0);
}

#[tokio::test]
async fn members_and_strangers_take_nothing_away() {
    let [owner, member, stranger] = stack().users().await;
    let room = owner.room_with(&[&member]).await;
    let message = owner.send(&room, "m").await;
    let message = message["id"].as_str().unwrap();
    owner.pin(&room, message).await;
    let path = format!("/rooms/{room}/pins/{message}");
    member.delete(&path).await.problem(403, "insufficient_role");
    stranger.delete(&path).await.problem(403, "not_a_member");
    assert_eq!(owner.pinned(&room).await, ["m"]);
    owner.delete(&format!("/rooms/{room}/pins/{room}-9999")).await.problem(404, "not_found");
}
