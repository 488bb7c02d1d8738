//! `GET /api/v1/pleroma/chats/{chat_id}`

use parlance_tests::pleroma::{CHATS, Client, refused};
use parlance_tests::prelude::*;

#[tokio::test]
async fn each_sees_the_other_one() {
    let (ann, bob, chat) = super::pair().await;
    bob.send(&chat, "hello").await;
    for (viewer, peer, unread) in [(&ann, &bob, 1), (&bob, &ann, 0)] {
        let seen = viewer.get(&format!("{CHATS}/{chat}")).await.ok(200);
        super::account(&seen["account"], &peer.user);
        assert_eq!(seen["unread"], unread);
        super::message(&seen["last_message"], &chat, &bob, "hello");
        assert_eq!(seen["updated_at"], seen["last_message"]["created_at"]);
        assert_eq!(seen["last_message"]["unread"], unread == 1);
    }
}

#[tokio::test]
async fn other_chats_and_other_rooms_do_not_exist() {
    let (ann, _, chat) = super::pair().await;
    let stranger = Client::of(&stack().user().await).await;
    refused(&stranger.get(&format!("{CHATS}/{chat}")).await, 404, "Record not found");
    let room = ann.user.make_room("private", "No chat").await;
    for id in [room.as_str(), "x", "1", "0198c0de-7b0a-7c3e-8f00-0000000000aa"] {
        refused(&ann.get(&format!("{CHATS}/{id}")).await, 404, "Record not found");
    }
}
