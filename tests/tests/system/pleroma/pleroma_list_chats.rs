//! `GET /api/v1/pleroma/chats`, `GET /api/v2/pleroma/chats`

use parlance_tests::pleroma::{CHATS, Client, link, refused};
use parlance_tests::prelude::*;

const SECOND: &str = "/api/v2/pleroma/chats";

/// Somebody with chats, a message in each, the latest first; and a room that is no chat.
async fn busy(count: usize) -> (Client, Vec<String>) {
    let ann = stack().user().await;
    let client = Client::of(&ann).await;
    let mut chats = vec![];
    for (number, peer) in stack().crowd(count).await.iter().enumerate() {
        let chat = client.chat(peer).await;
        client.send(&chat, &format!("to {number}")).await;
        chats.insert(0, chat);
    }
    ann.make_room("private", "No chat").await;
    (client, chats)
}

fn ids_of(chats: &Value) -> Vec<String> {
    ids(chats)
}

#[tokio::test]
async fn the_latest_comes_first_and_rooms_of_many_do_not_come_at_all() {
    let (client, chats) = busy(3).await;
    let first = client.get(CHATS).await;
    assert!(first.header("link").is_none(), "all of them: there is no page");
    let list = first.ok(200);
    assert_eq!(ids_of(&list), chats);
    assert_eq!(list[0]["last_message"]["content"], "to 2");
    assert_eq!(client.get(&format!("{SECOND}?with_muted=True")).await.ok(200), list);
    client.send(&chats[2], "once more").await;
    let list = client.get(CHATS).await.ok(200);
    assert_eq!(ids_of(&list)[0], chats[2]);
    assert_eq!(client.get(&format!("{SECOND}?pinned=true")).await.ok(200), json!([]));
}

#[tokio::test]
async fn pages_follow_their_links() {
    let (client, chats) = busy(5).await;
    let base = client.user.api.base.clone();
    let mut path = format!("{SECOND}?limit=2&with_muted=true");
    let mut walked = vec![];
    loop {
        let page = client.get(&path).await;
        let next = link(&page, "next");
        let list = page.ok(200);
        if list.as_array().is_some_and(Vec::is_empty) {
            assert!(next.is_none());
            break;
        }
        walked.extend(ids_of(&list));
        let next = next.unwrap();
        assert!(next.contains("limit=2") && next.contains("with_muted=true"), "{next}");
        path = next.strip_prefix(&base).unwrap().to_owned();
    }
    assert_eq!(walked, chats);
    for (query, wanted) in [
        (format!("max_id={}", chats[1]), &chats[2..]),
        (format!("since_id={}&limit=2", chats[3]), &chats[0..2]),
        (format!("min_id={}&limit=2", chats[3]), &chats[1..3]),
        ("limit=2&offset=1".into(), &chats[1..3]),
    ] {
        for list in [CHATS, SECOND] {
            let page = client.get(&format!("{list}?{query}")).await.ok(200);
            assert_eq!(ids_of(&page), wanted, "{list}?{query}");
        }
    }
    let prev = link(&client.get(&format!("{SECOND}?limit=1")).await, "prev").unwrap();
    assert!(prev.ends_with(&format!("min_id={}", chats[0])), "{prev}");
}

#[tokio::test]
async fn what_was_deleted_is_nobodys_last_message() {
    let (ann, bob, chat) = super::pair().await;
    ann.send(&chat, "stays").await;
    for content in ["goes", "goes too"] {
        let sent = ann.send(&chat, content).await;
        let path = format!("{CHATS}/{chat}/messages/{}", sent["id"].as_str().unwrap());
        ann.delete(&path).await.ok(200);
    }
    for client in [&ann, &bob] {
        let list = client.get(CHATS).await.ok(200);
        assert_eq!(list[0]["last_message"]["content"], "stays");
    }
}

#[tokio::test]
async fn pages_are_counted_from_chats_of_ones_own() {
    let (client, _) = busy(1).await;
    let room = client.user.make_room("private", "No chat").await;
    for query in ["max_id=x", &format!("max_id={room}"), "limit=0", "limit=x", "offset=-1"] {
        refused(&client.get(&format!("{SECOND}?{query}")).await, 400, "");
    }
    client.get(&format!("{SECOND}?limit=1000&max_id=")).await.ok(200);
}
