//! `DELETE /api/v1/pleroma/chats/{chat_id}/messages/{message_id}`

use parlance_tests::pleroma::{CHATS, Client, refused};
use parlance_tests::prelude::*;

#[tokio::test]
async fn ones_own_goes_for_both() {
    let (ann, bob, chat) = super::pair().await;
    let mine = ann.send(&chat, "mine").await;
    let theirs = bob.send(&chat, "theirs").await;
    let path =
        |message: &Value| format!("{CHATS}/{chat}/messages/{}", message["id"].as_str().unwrap());
    let deleted = ann.delete(&path(&mine)).await.ok(200);
    super::message(&deleted, &chat, &ann, "mine");
    for client in [&ann, &bob] {
        assert_eq!(client.contents(&chat, "").await, ["theirs"]);
    }
    let plain = format!("{chat}-1");
    assert_eq!(bob.user.message(&plain).await["deleted"], true);
    refused(&ann.delete(&path(&mine)).await, 400, "could_not_delete");
    refused(&ann.delete(&path(&theirs)).await, 400, "could_not_delete");
    refused(&ann.delete(&format!("{CHATS}/{chat}/messages/x")).await, 400, "could_not_delete");
    let stranger = Client::of(&stack().user().await).await;
    refused(&stranger.delete(&path(&theirs)).await, 404, "Record not found");
}
