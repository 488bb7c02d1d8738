//! `GET /api/v1/notifications`

use parlance_tests::pleroma::{CHATS, Client, link, refused};
use parlance_tests::prelude::*;
use std::time::Duration;

const PATH: &str = "/api/v1/notifications";

/// The list once there are so many: notifications are written a moment after what they are about.
async fn listed(client: &Client, count: usize) -> Value {
    let end = tokio::time::Instant::now() + parlance_tests::DEADLINE;
    loop {
        let list = client.get(PATH).await.ok(200);
        if list.as_array().map(Vec::len) == Some(count) {
            return list;
        }
        assert!(tokio::time::Instant::now() < end, "{count} wanted: {list}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn what_was_written_in_chats_and_nothing_else() {
    let [ann, bob, carol] = stack().users().await;
    let client = Client::of(&ann).await;
    let (bobs, carols) = (Client::of(&bob).await, Client::of(&carol).await);
    let chat = bobs.chat(&ann).await;
    bobs.send(&chat, "hello").await;
    listed(&client, 1).await;
    // A mention elsewhere is about a room that chats know nothing of.
    let room = bob.room_with(&[&ann]).await;
    bob.send(&room, &format!("@{}", ann.name)).await;
    let second = carols.chat(&ann).await;
    carols.send(&second, "good day").await;
    let list = listed(&client, 2).await;
    let newest = &list[0];
    assert_eq!(newest["type"], "pleroma:chat_mention");
    super::account(&newest["account"], &carol);
    super::message(&newest["chat_message"], &second, &carols, "good day");
    assert_eq!(newest["pleroma"], json!({"is_seen": false, "is_muted": false}));
    client.poke(&format!("{CHATS}/{chat}/read")).await.ok(200);
    assert_eq!(listed(&client, 2).await[1]["pleroma"]["is_seen"], true);

    let chosen = "pleroma%3Achat_mention";
    for (query, count) in [
        (format!("types[]={chosen}"), 2),
        (format!("include_types[]={chosen}&types[]=mention&types[]={chosen}"), 2),
        (format!("exclude_types[]={chosen}"), 0),
        ("types[]=mention".into(), 0),
        (format!("max_id={}", list[0]["id"].as_str().unwrap()), 1),
        (format!("since_id={}", list[1]["id"].as_str().unwrap()), 1),
        (format!("min_id={}", list[0]["id"].as_str().unwrap()), 0),
    ] {
        let found = client.get(&format!("{PATH}?{query}")).await.ok(200);
        assert_eq!(found.as_array().map(Vec::len), Some(count), "{query}: {found}");
    }
    let page = client.get(&format!("{PATH}?limit=1&types[]={chosen}")).await;
    let next = link(&page, "next").unwrap();
    assert!(next.contains("types%5B%5D=pleroma%3Achat_mention"), "{next}");
    let next = client.get(next.strip_prefix(&ann.api.base).unwrap()).await.ok(200);
    assert_eq!(next[0]["id"], list[1]["id"]);
    for bad in ["max_id=x", "limit=0"] {
        refused(&client.get(&format!("{PATH}?{bad}")).await, 400, "");
    }
}
