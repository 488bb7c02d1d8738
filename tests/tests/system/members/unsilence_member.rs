//! `DELETE /rooms/{room_id}/members/{user_id}/silence`

use parlance_tests::prelude::*;

fn path(room: &str, user: &User) -> String {
    format!("/rooms/{room}/members/{}/silence", user.id)
}

#[tokio::test]
async fn they_may_write_again_at_once() {
    let [owner, guest] = stack().users().await;
    let room = owner.room_with(&[&guest]).await;
    owner.silence(&room, &guest).await;
    let socket = Socket::connect(&guest).await;
    assert_eq!(owner.delete(&path(&room, &guest)).await.ok(200), json!({"lifted": true}));
    let lifted = |data: &Value| data["silenced_until"].is_null();
    let event = socket.expect("member_updated", lifted).await;
    shape::event(&event);
    guest.send(&room, "thanks").await;
    let seq = owner.room(&room).await["last_seq"].clone();
    owner.delete(&path(&room, &guest)).await.ok(200);
    assert_eq!(owner.room(&room).await["last_seq"], seq, "nothing to lift, no event");
}

#[tokio::test]
async fn also_for_somebody_who_has_left() {
    let [owner, guest] = stack().users().await;
    let room = owner.room_with(&[&guest]).await;
    owner.silence(&room, &guest).await;
    guest.leave(&room).await;
    owner.delete(&path(&room, &guest)).await.ok(200);
    guest.join(&room).await;
    guest.send(&room, "back").await;
}

#[tokio::test]
async fn ranks_act_downwards_only() {
    let [owner, admin, member, stranger] = stack().users().await;
    let room = owner.room_with_admin(&admin, &[&member]).await;
    owner.silence(&room, &admin).await;
    owner.silence(&room, &member).await;
    // Silenced is not demoted, but nobody lifts their own.
    admin.delete(&path(&room, &admin)).await.problem(403, "insufficient_role");
    member.delete(&path(&room, &member)).await.problem(403, "insufficient_role");
    stranger.delete(&path(&room, &member)).await.problem(403, "not_a_member");
    admin.delete(&path(&room, &member)).await.ok(200);
    let nobody = format!("/rooms/{room}/members/0199aaaa-0000-7000-8000-000000000000/silence");
    owner.delete(&nobody).await.problem(404, "not_found");
}
