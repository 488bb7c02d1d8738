//! `GET /api/v1/pleroma/chats/{chat_id}/messages`

use parlance_tests::pleroma::{CHATS, Client, contents, link, refused};
use parlance_tests::prelude::*;

#[tokio::test]
async fn pages_hold_what_stands_and_follow_their_links() {
    let (ann, bob, chat) = super::pair().await;
    let mut sent = vec![];
    for number in 0..9 {
        let from = if number % 2 == 0 { &ann } else { &bob };
        sent.push((from, from.send(&chat, &number.to_string()).await));
    }
    for number in [2, 3, 4, 8] {
        let (from, message) = &sent[number];
        let path = format!("{CHATS}/{chat}/messages/{}", message["id"].as_str().unwrap());
        from.delete(&path).await.ok(200);
    }
    let base = ann.user.api.base.clone();
    let mut path = format!("{CHATS}/{chat}/messages?limit=2");
    let (mut walked, mut pages) = (vec![], 0);
    loop {
        let page = ann.get(&path).await;
        let next = link(&page, "next");
        let list = page.ok(200);
        pages += 1;
        walked.extend(contents(&list));
        let Some(next) = next else { break };
        assert!(next.contains("limit=2"), "{next}");
        path = next.strip_prefix(&base).unwrap().to_owned();
    }
    assert_eq!(walked, ["7", "6", "5", "1", "0"]);
    assert_eq!(pages, 4, "an empty page ends the walk");
    let id = |number: usize| sent[number].1["id"].as_str().unwrap();
    for (query, wanted) in [
        (format!("max_id={}", id(5)), vec!["1", "0"]),
        (format!("since_id={}&limit=2", id(0)), vec!["7", "6"]),
        (format!("min_id={}&limit=2", id(0)), vec!["5", "1"]),
        (format!("since_id={}&max_id={}", id(1), id(7)), vec!["6", "5"]),
        (format!("max_id={}", id(4)), vec!["1", "0"]),
    ] {
        assert_eq!(ann.contents(&chat, &query).await, wanted, "{query}");
    }
    let page = ann.get(&format!("{CHATS}/{chat}/messages")).await;
    assert!(link(&page, "prev").unwrap().ends_with(&format!("min_id={}", id(7))));
    let page = page.ok(200);
    super::message(&page[0], &chat, &bob, "7");
}

#[tokio::test]
async fn what_our_app_knows_and_chats_do_not() {
    let (ann, bob, chat) = super::pair().await;
    let first = ann.user.send(&chat, "**bold** & <i>\nhttps://example.org").await;
    let files = [
        ann.user.upload("a.png", &parlance_tests::files::png(8, 8)).await,
        ann.user.upload("b.pdf", &parlance_tests::files::pdf()).await,
    ];
    ann.user.send_files(&chat, "", &[&files[0], &files[1]]).await;
    let reply = json!({"content": "an answer", "parent_message_id": first["id"]});
    bob.user.send_as(&chat, reply).await;
    let edit = json!({"content": "changed"});
    bob.user
        .put(&format!("/messages/{}", first["id"].as_str().unwrap()), edit.clone())
        .await
        .problem(403, "not_the_sender");
    let page = bob.get(&format!("{CHATS}/{chat}/messages")).await.ok(200);
    assert_eq!(page[0]["content"], "an answer");
    assert_eq!(page[1]["attachment"]["pleroma"]["name"], "a.png");
    let rest = page[1]["content"].as_str().unwrap();
    assert!(rest.starts_with("<a href=\"http") && rest.ends_with(">b.pdf</a>"), "{rest}");
    let text = page[2]["content"].as_str().unwrap();
    assert!(
        text.starts_with("**bold** &amp; &lt;i&gt;<br><a href=\"https://example.org\""),
        "{text}"
    );
    ann.user.put(&format!("/messages/{}", first["id"].as_str().unwrap()), edit).await.ok(200);
    assert_eq!(bob.contents(&chat, "").await[2], "changed");
}

#[tokio::test]
async fn only_ones_own_chats_and_their_ids() {
    let (ann, _, chat) = super::pair().await;
    let stranger = Client::of(&stack().user().await).await;
    refused(&stranger.get(&format!("{CHATS}/{chat}/messages")).await, 404, "Record not found");
    let room = ann.user.make_room("private", "No chat").await;
    refused(&ann.get(&format!("{CHATS}/{room}/messages")).await, 404, "Record not found");
    for query in
        ["max_id=x", "min_id=1", "since_id=-", "limit=0", "limit=x", &format!("max_id={room}-1")]
    {
        refused(&ann.get(&format!("{CHATS}/{chat}/messages?{query}")).await, 400, "");
    }
    assert_eq!(ann.contents(&chat, "limit=999&max_id=").await.len(), 0);
}
