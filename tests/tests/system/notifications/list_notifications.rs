//! `GET /notifications`

use super::{answered, eventually};
use parlance_tests::prelude::*;

#[tokio::test]
async fn a_notification_says_who_where_and_what() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let notice = answered(&alice, &bob, &room).await;
    shape::compact_user(&notice["actor"]);
    assert_eq!(
        (
            &notice["type"],
            &notice["room_id"],
            &notice["content"],
            &notice["count"],
            &notice["read"]
        ),
        (&json!("reply"), &json!(room), &json!("an answer"), &json!(1), &json!(false))
    );
    assert_eq!(notice["actor"]["id"], bob.id);
    assert!(shape::moment(notice["created_at"].as_str().unwrap()).is_some());
    let list = alice.get("/notifications").await.ok(200);
    assert_eq!((&list["unread_count"], &list["next_cursor"]), (&json!(1), &Value::Null));
    assert_eq!(bob.get("/notifications").await.ok(200)["notifications"], json!([]), "only own");
}

#[tokio::test]
async fn pages_are_newest_first() {
    let [alice, bob] = stack().users().await;
    let mut expected = vec![];
    for _ in 0..5 {
        // A room each: whoever writes in a room has read what was said in it.
        let room = alice.room_with(&[&bob]).await;
        expected.insert(0, answered(&alice, &bob, &room).await["id"].clone());
    }
    let mut seen = vec![];
    let mut query = "limit=2".to_owned();
    loop {
        let page = alice.get(&format!("/notifications?{query}")).await.ok(200);
        let notices = page["notifications"].as_array().cloned().unwrap_or_default();
        assert!(notices.len() <= 2);
        assert_eq!(page["unread_count"], 5);
        seen.extend(notices.iter().map(|notice| notice["id"].clone()));
        match page["next_cursor"].as_str() {
            Some(cursor) => query = format!("limit=2&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn reading_the_room_reads_its_notifications() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let notice = answered(&alice, &bob, &room).await;
    let socket = Socket::connect(&alice).await;
    socket.ack(json!({"type": "read_message", "message_id": notice["message_id"]})).await;
    let list = alice.get("/notifications").await.ok(200);
    assert_eq!(
        (&list["unread_count"], &list["notifications"][0]["read"]),
        (&json!(0), &json!(true))
    );
    let unread = alice.get("/notifications?unread=true").await.ok(200);
    assert_eq!(unread["notifications"], json!([]));
}

#[tokio::test]
async fn what_one_may_not_see_any_more_is_not_shown() {
    let [alice, bob] = stack().users().await;
    let (room, gone) = (bob.room_with(&[&alice]).await, bob.room_with(&[&alice]).await);
    answered(&alice, &bob, &room).await;
    answered(&alice, &bob, &gone).await;
    alice.leave(&room).await;
    bob.delete(&format!("/rooms/{gone}")).await.ok(200);
    let list = alice.get("/notifications").await.ok(200);
    assert_eq!((&list["unread_count"], &list["notifications"]), (&json!(0), &json!([])));
}

#[tokio::test]
async fn deleted_text_is_gone_from_here_too() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let notice = answered(&alice, &bob, &room).await;
    let message = notice["message_id"].as_str().unwrap();
    bob.put(&format!("/messages/{message}"), json!({"content": "a better answer"})).await.ok(200);
    let list = alice.get("/notifications").await.ok(200);
    assert_eq!(list["notifications"][0]["content"], "a better answer");
    bob.delete(&format!("/messages/{message}")).await.ok(200);
    assert_eq!(alice.get("/notifications").await.ok(200)["notifications"], json!([]));
    eventually(&alice, |list| list["unread_count"] == 0).await;
}

#[tokio::test]
async fn bad_questions() {
    let user = stack().user().await;
    for (query, name) in [
        ("limit=0", "limit"),
        ("limit=x", "limit"),
        ("cursor=x", "cursor"),
        ("unread=maybe", "unread"),
    ] {
        user.get(&format!("/notifications?{query}")).await.invalid(name);
    }
}
