//! Pleroma's chats: the routes and the streaming socket of that face (docs/pleroma.md).

mod authorization;
mod bad_input;
mod budget;
mod client;
mod pleroma_connect;
mod pleroma_create_app;
mod pleroma_delete_chat;
mod pleroma_delete_message;
mod pleroma_deliver;
mod pleroma_disconnect;
mod pleroma_frame;
mod pleroma_get_account;
mod pleroma_get_avatar;
mod pleroma_get_chat;
mod pleroma_get_media;
mod pleroma_instance;
mod pleroma_instance_v2;
mod pleroma_list_chats;
mod pleroma_list_messages;
mod pleroma_list_notifications;
mod pleroma_open_chat;
mod pleroma_pin_chat;
mod pleroma_read_chat;
mod pleroma_read_message;
mod pleroma_revoke_token;
mod pleroma_search_accounts;
mod pleroma_send_message;
mod pleroma_token;
mod pleroma_unknown_route;
mod pleroma_upload_media;
mod pleroma_verify_credentials;

use parlance_tests::pleroma::Client;
use parlance_tests::prelude::*;

/// Two people, their clients, and their chat.
async fn pair() -> (Client, Client, String) {
    let [ann, bob] = stack().users().await;
    let (ann, bob) = (Client::of(&ann).await, Client::of(&bob).await);
    let chat = ann.chat(&bob.user).await;
    (ann, bob, chat)
}

/// Everything an account must have.
fn account(account: &Value, user: &User) {
    assert_eq!((&account["id"], &account["acct"]), (&json!(user.id), &json!(user.name)));
    assert_eq!(account["username"], account["acct"]);
    let base = &user.api.base;
    assert_eq!(account["url"], format!("{base}/@{}", user.name));
    for name in ["display_name", "created_at", "avatar", "avatar_static", "header", "note"] {
        assert!(account[name].is_string(), "{name}: {account}");
    }
    assert!(account["emojis"].is_array() && account["fields"].is_array(), "{account}");
    assert_eq!(account["pleroma"]["accepts_chat_messages"], true, "{account}");
}

/// Everything a message must have.
fn message(message: &Value, chat: &str, from: &Client, content: &str) {
    assert_eq!(message["chat_id"], chat, "{message}");
    assert_eq!(message["account_id"], from.id(), "{message}");
    assert_eq!(message["content"], content, "{message}");
    let id = message["id"].as_str().unwrap();
    let (room, number) = id.rsplit_once('-').unwrap();
    assert!(room == chat && number.len() == 12, "{id} sorts by age");
    let at = message["created_at"].as_str().unwrap();
    assert!(at.len() == 24 && at.ends_with('Z'), "{at}");
    assert!(message["emojis"].is_array() && message["unread"].is_boolean(), "{message}");
    assert!(message["card"].is_null() && message.get("attachment").is_some(), "{message}");
}
