//! `DELETE /invites/{code}`

use parlance_tests::prelude::*;

#[tokio::test]
async fn any_admin_of_the_room_may_and_twice_is_once() {
    let [owner, admin, guest] = stack().users().await;
    let room = owner.room_with_admin(&admin, &[]).await;
    let code = owner.invite_code(&room, json!({})).await;
    let path = format!("/invites/{code}");
    for _ in 0..2 {
        assert_eq!(admin.delete(&path).await.ok(200), json!({"revoked": true}));
    }
    guest.get(&path).await.problem(404, "not_found");
    assert_eq!(owner.get(&format!("/rooms/{room}/invites")).await.ok(200)["invites"], json!([]));
}

#[tokio::test]
async fn nobody_else_may() {
    let [owner, member, stranger, elsewhere] = stack().users().await;
    let room = owner.room_with(&[&member]).await;
    elsewhere.make_room("private", "mine").await;
    let code = owner.invite_code(&room, json!({})).await;
    let path = format!("/invites/{code}");
    member.delete(&path).await.problem(403, "insufficient_role");
    stranger.delete(&path).await.problem(403, "not_a_member");
    elsewhere.delete(&path).await.problem(403, "not_a_member");
    owner.get(&path).await.ok(200);
    owner.delete("/invites/7gKpQmXr2sTw").await.problem(404, "not_found");
    owner.delete("/invites/x").await.problem(404, "not_found");
}
