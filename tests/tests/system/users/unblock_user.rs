//! `DELETE /users/{user_id}/block`

use super::block_user::block;
use parlance_tests::prelude::*;

#[tokio::test]
async fn everything_is_as_before() {
    let [ann, bob] = stack().users().await;
    let room = ann.direct_room(&bob).await;
    block(&ann, &bob).await;
    let path = format!("/rooms/{room}/messages");
    bob.post(&path, json!({"content": "x"})).await.problem(403, "blocked");
    let socket = Socket::connect(&ann).await;
    let unblock = format!("/users/{}/block", bob.id);
    for _ in 0..2 {
        let answer = ann.delete(&unblock).await.ok(200);
        assert_eq!(answer, json!({"user_id": bob.id, "blocked": false}));
        socket.expect("user_unblocked", |data| data["user_id"] == bob.id.as_str()).await;
    }
    bob.send(&room, "again").await;
    socket.expect_message(&room, "again").await;
    ann.send(&room, "and back").await;
    assert_eq!(ann.get("/users/me/blocks").await.ok(200), json!({"blocks": []}));
}

#[tokio::test]
async fn each_takes_back_only_their_own() {
    let [ann, bob] = stack().users().await;
    let room = ann.direct_room(&bob).await;
    block(&ann, &bob).await;
    block(&bob, &ann).await;
    ann.delete(&format!("/users/{}/block", bob.id)).await.ok(200);
    let path = format!("/rooms/{room}/messages");
    ann.post(&path, json!({"content": "x"})).await.problem(403, "blocked");
    bob.post(&path, json!({"content": "x"})).await.problem(403, "you_blocked_user");
    ann.delete("/users/0199aaaa-0000-7000-8000-000000000000/block").await.problem(404, "not_found");
}
