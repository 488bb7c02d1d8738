//! `POST /api/v1/pleroma/chats/by-account-id/{account_id}`

use parlance_tests::pleroma::{CHATS, Client, refused};
use parlance_tests::prelude::*;

#[tokio::test]
async fn a_chat_is_the_direct_room_of_two() {
    let [ann, bob] = stack().users().await;
    let (client, other) = (Client::of(&ann).await, Client::of(&bob).await);
    let path = format!("{CHATS}/by-account-id/{}", bob.id);
    let chat = client.poke(&path).await.ok(200);
    super::account(&chat["account"], &bob);
    assert_eq!((&chat["unread"], &chat["pinned"]), (&json!(0), &json!(false)));
    assert!(chat["last_message"].is_null() && chat["updated_at"].is_string(), "{chat}");
    assert_eq!(chat["id"], ann.direct_room(&bob).await);
    assert_eq!(client.post(&path, json!({})).await.ok(200), chat, "again");
    assert_eq!(other.chat(&ann).await, chat["id"].as_str().unwrap());
    other.send(chat["id"].as_str().unwrap(), "hello").await;
    let chat = client.poke(&path).await.ok(200);
    assert_eq!((&chat["unread"], &chat["last_message"]["content"]), (&json!(1), &json!("hello")));
}

#[tokio::test]
async fn not_with_oneself_nobody_or_somebody_who_wants_none() {
    let [ann, bob] = stack().users().await;
    let client = Client::of(&ann).await;
    let open = async |id: &str| client.poke(&format!("{CHATS}/by-account-id/{id}")).await;
    refused(&open(&ann.id).await, 400, "user_id must be somebody else");
    refused(&open("0198c0de-7b0a-7c3e-8f00-000000000001").await, 404, "Record not found");
    refused(&open("nonsense").await, 404, "Record not found");
    bob.call("PUT", &format!("/users/{}/block", ann.id), Payload::None).await.ok(200);
    refused(&open(&bob.id).await, 403, "this user cannot be reached");
}
