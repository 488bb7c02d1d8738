//! `POST /api/v1/pleroma/chats/{chat_id}/pin`, `POST /api/v1/pleroma/chats/{chat_id}/unpin`

use parlance_tests::pleroma::{CHATS, Client, refused};
use parlance_tests::prelude::*;

#[tokio::test]
async fn chats_cannot_be_pinned_and_are_not() {
    let (ann, _, chat) = super::pair().await;
    refused(&ann.poke(&format!("{CHATS}/{chat}/pin")).await, 422, "Chats cannot be pinned");
    let seen = ann.poke(&format!("{CHATS}/{chat}/unpin")).await.ok(200);
    assert_eq!((&seen["id"], &seen["pinned"]), (&json!(chat), &json!(false)));
    let stranger = Client::of(&stack().user().await).await;
    for verb in ["pin", "unpin"] {
        let answer = stranger.poke(&format!("{CHATS}/{chat}/{verb}")).await;
        refused(&answer, 404, "Record not found");
    }
}
