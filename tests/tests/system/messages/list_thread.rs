//! `GET /messages/{message_id}/thread`

use parlance_tests::prelude::*;

fn path(message: &Value) -> String {
    format!("/messages/{}", message["id"].as_str().unwrap())
}

async fn reply(user: &User, to: &Value, content: &str) -> Value {
    let room = to["room_id"].as_str().unwrap();
    user.send_as(room, json!({"content": content, "parent_message_id": to["id"]})).await
}

async fn thread(user: &User, message: &Value, query: &str) -> Value {
    let thread = user.get(&format!("{}/thread?{query}", path(message))).await.ok(200);
    shape::message(&thread["root"]);
    shape::page(&thread);
    thread
}

#[tokio::test]
async fn a_thread_is_its_root_and_its_replies_in_order() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let root = alice.send(&room, "root").await;
    assert_eq!((&root["reply_count"], &root["last_reply_at"]), (&json!(0), &Value::Null));
    let first = reply(&bob, &root, "first").await;
    alice.send(&room, "beside it").await;
    let second = reply(&alice, &first, "second, to the first").await;
    assert_eq!(second["parent_message_id"], root["id"]);
    assert_eq!(second["reply_to_message_id"], first["id"]);
    for at in [&root, &first, &second] {
        let thread = thread(&bob, at, "").await;
        assert_eq!(thread["root"]["id"], root["id"]);
        assert_eq!(contents(&thread), ["first", "second, to the first"]);
        assert_eq!(thread["root"]["reply_count"], 2);
        assert_eq!(thread["root"]["last_reply_at"], second["created_at"]);
    }
    let shown = alice.message(root["id"].as_str().unwrap()).await;
    assert_eq!(shown["reply_count"], 2);
    let alone = alice.send(&room, "alone").await;
    assert_eq!(contents(&thread(&bob, &alone, "").await), Vec::<String>::new());
}

#[tokio::test]
async fn long_threads_come_in_pages() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let root = alice.send(&room, "root").await;
    let mut replies = vec![];
    for number in 0..5 {
        replies.push(reply(&bob, &root, &number.to_string()).await);
    }
    let page = thread(&alice, &root, "limit=2").await;
    assert_eq!(contents(&page), ["0", "1"]);
    assert_eq!((&page["has_more_before"], &page["has_more_after"]), (&json!(false), &json!(true)));
    let next = page["next_cursor"].as_str().unwrap();
    assert_eq!(
        contents(&thread(&alice, &root, &format!("limit=2&after={next}")).await),
        ["2", "3"]
    );
    let page = thread(&alice, &root, "limit=2&order=desc").await;
    assert_eq!(contents(&page), ["4", "3"]);
    let before = page["prev_cursor"].as_str().unwrap();
    let page = thread(&alice, &root, &format!("limit=9&before={before}")).await;
    assert_eq!(contents(&page), ["0", "1", "2"]);
    assert_eq!(page["has_more_before"], false);
    let (one, other) = (replies[1]["id"].as_str().unwrap(), replies[3]["id"].as_str().unwrap());
    let both = format!("{}/thread?before={one}&after={other}", path(&root));
    alice.get(&both).await.problem(400, "validation_failed");
    let elsewhere = alice.room_with(&[]).await;
    let stranger = alice.send(&elsewhere, "x").await;
    let foreign = format!("{}/thread?after={}", path(&root), stranger["id"].as_str().unwrap());
    alice.get(&foreign).await.problem(400, "validation_failed");
    for bad in ["limit=0", "limit=x", "order=up", "before=x"] {
        alice.get(&format!("{}/thread?{bad}", path(&root))).await.problem(400, "validation_failed");
    }
}

#[tokio::test]
async fn a_deleted_reply_keeps_its_place_and_no_longer_counts() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let root = alice.send(&room, "root").await;
    let socket = Socket::connect(&alice).await;
    let first = reply(&bob, &root, "first").await;
    let second = reply(&bob, &root, "second").await;
    let created = socket.expect("message_created", |d| d["message"]["id"] == second["id"]).await;
    assert_eq!(created.data["message"]["parent_message_id"], root["id"], "clients count by it");
    bob.delete(&path(&first)).await.ok(200);
    bob.delete(&path(&first)).await.ok(200);
    let deleted = socket.expect("message_deleted", |d| d["message_id"] == first["id"]).await;
    assert_eq!(deleted.data["parent_message_id"], root["id"]);
    let page = thread(&alice, &root, "").await;
    assert_eq!(contents(&page), ["[deleted]", "second"]);
    assert_eq!(page["root"]["reply_count"], 1);
    bob.delete(&path(&second)).await.ok(200);
    let page = thread(&alice, &root, "").await;
    assert_eq!(page["root"]["reply_count"], 0);
    assert_eq!(page["root"]["last_reply_at"], Value::Null);
}

#[tokio::test]
async fn what_is_deleted_takes_no_more_replies_but_its_thread_does() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let root = alice.send(&room, "the root's secret").await;
    let first = reply(&bob, &root, "first").await;
    alice.delete(&path(&root)).await.ok(200);
    let late = json!({"content": "late", "parent_message_id": root["id"]});
    let messages = format!("/rooms/{room}/messages");
    bob.post(&messages, late).await.problem(404, "message_deleted");
    reply(&alice, &first, "second").await;
    let page = thread(&bob, &root, "").await;
    shape::tombstone(&page["root"], &alice.id);
    assert_eq!(page["root"]["reply_count"], 2);
    assert_eq!(contents(&page), ["first", "second"]);
    assert!(!page.to_string().contains("secret"));
}

#[tokio::test]
async fn threads_are_for_members() {
    let [alice, bob, stranger] = stack().users().await;
    let room = alice.private_room_with(&[&bob]).await;
    let root = alice.send(&room, "root").await;
    let thread = format!("{}/thread", path(&root));
    bob.get(&thread).await.ok(200);
    bob.leave(&room).await;
    for user in [&bob, &stranger] {
        user.get(&thread).await.problem(403, "not_a_member");
    }
    alice.get(&format!("/messages/{room}-999/thread")).await.problem(404, "not_found");
    alice.get("/messages/x/thread").await.problem(404, "not_found");
}
