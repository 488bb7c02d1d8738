//! `POST /api/v1/pleroma/chats/{chat_id}/messages/{message_id}/read`

use parlance_tests::pleroma::{CHATS, refused};

#[tokio::test]
async fn a_message_and_those_before_it() {
    let (ann, bob, chat) = super::pair().await;
    let first = bob.send(&chat, "1").await;
    bob.send(&chat, "2").await;
    let path = format!("{CHATS}/{chat}/messages/{}/read", first["id"].as_str().unwrap());
    let read = ann.poke(&path).await.ok(200);
    super::message(&read, &chat, &bob, "1");
    assert_eq!(read["unread"], false);
    assert_eq!(ann.get(&format!("{CHATS}/{chat}")).await.ok(200)["unread"], 1);
    for nothing in ["x", &format!("{chat}-000000000099"), "1"] {
        let answer = ann.poke(&format!("{CHATS}/{chat}/messages/{nothing}/read")).await;
        refused(&answer, 404, "Record not found");
    }
}
