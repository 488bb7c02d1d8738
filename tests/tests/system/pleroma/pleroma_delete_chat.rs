//! `DELETE /api/v1/pleroma/chats/{chat_id}`

use parlance_tests::pleroma::{CHATS, Client, refused};
use parlance_tests::prelude::*;

#[tokio::test]
async fn a_chat_is_put_away_until_somebody_writes() {
    let (ann, bob, chat) = super::pair().await;
    bob.send(&chat, "hello").await;
    let path = format!("{CHATS}/{chat}");
    let gone = ann.delete(&path).await.ok(200);
    assert_eq!((&gone["id"], &gone["last_message"]["content"]), (&json!(chat), &json!("hello")));
    assert_eq!(ann.get(CHATS).await.ok(200), json!([]));
    assert_eq!(bob.get(CHATS).await.ok(200)[0]["id"], chat, "the other one keeps it");
    assert_eq!(ann.contents(&chat, "").await, ["hello"], "nothing was deleted");
    ann.delete(&path).await.ok(200);
    bob.send(&chat, "still there?").await;
    assert_eq!(ann.get(CHATS).await.ok(200)[0]["id"], chat);
}

#[tokio::test]
async fn only_chats_of_ones_own() {
    let (ann, _, chat) = super::pair().await;
    let stranger = Client::of(&stack().user().await).await;
    refused(&stranger.delete(&format!("{CHATS}/{chat}")).await, 404, "Record not found");
    let room = ann.user.make_room("private", "Ours").await;
    refused(&ann.delete(&format!("{CHATS}/{room}")).await, 404, "Record not found");
    ann.user.room(&room).await;
}
