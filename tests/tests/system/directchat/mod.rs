//! DirectChat: users of other people's servers, seen from both sides.

mod authorization;
mod budget;
mod directchat_add_contact;
mod directchat_delete_contact;
mod directchat_dispatch;
mod directchat_list_contacts;
mod directchat_send;
mod directchat_upload;
mod hostile;
mod peers;

use parlance_tests::peer::Peer;
use parlance_tests::prelude::*;

/// The newest messages of a room, as `content`.
pub async fn said(user: &User, room: &str) -> Vec<String> {
    let mut all = user.history(room, 50).await;
    all.reverse();
    all.iter().map(|message| message["content"].as_str().unwrap().to_owned()).collect()
}

/// Two who know each other: the peer has written first, and the user has answered. The room.
pub async fn acquainted(user: &User, peer: &Peer) -> String {
    peer.say(user, "first").await;
    let room = user.only_contact().await["room_id"].as_str().unwrap().to_owned();
    user.send(&room, "answer").await;
    peer.heard("chat", "answer").await;
    // What the answer to it has taught is written down a moment later.
    let begun = std::time::Instant::now();
    while user.contacts().await.iter().any(|one| one["room_id"] == room && one["request"] == true) {
        assert!(begun.elapsed() < parlance_tests::DEADLINE, "the answer was never taken");
    }
    room
}

/// The message of a room with a text.
pub async fn message(user: &User, room: &str, content: &str) -> Value {
    let all = user.history(room, 50).await;
    let found = all.iter().find(|message| message["content"] == content);
    found.unwrap_or_else(|| panic!("no {content:?} in {all:#?}")).clone()
}
