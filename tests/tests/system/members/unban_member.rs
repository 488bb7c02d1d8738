//! `DELETE /rooms/{room_id}/bans/{user_id}`

use parlance_tests::prelude::*;

#[tokio::test]
async fn they_may_come_back() {
    let [owner, admin, guest] = stack().users().await;
    let room = owner.room_with_admin(&admin, &[&guest]).await;
    owner.ban(&room, &guest).await;
    let path = format!("/rooms/{room}/bans/{}", guest.id);
    for _ in 0..2 {
        assert_eq!(admin.delete(&path).await.ok(200), json!({"unbanned": true}));
    }
    guest.join(&room).await;
    guest.send(&room, "back").await;
}

#[tokio::test]
async fn only_admins_and_the_owner_may() {
    let [owner, member, guest] = stack().users().await;
    let room = owner.room_with(&[&member]).await;
    owner.ban(&room, &guest).await;
    let path = format!("/rooms/{room}/bans/{}", guest.id);
    member.delete(&path).await.problem(403, "insufficient_role");
    guest.delete(&path).await.problem(403, "not_a_member");
    guest.poke(&format!("/rooms/{room}/join")).await.problem(403, "banned");
    let direct = owner.direct_room(&member).await;
    let path = format!("/rooms/{direct}/bans/{}", guest.id);
    owner.delete(&path).await.problem(400, "direct_room_immutable");
}
