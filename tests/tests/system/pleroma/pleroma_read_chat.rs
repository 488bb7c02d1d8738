//! `POST /api/v1/pleroma/chats/{chat_id}/read`

use parlance_tests::pleroma::{CHATS, refused};
use parlance_tests::prelude::*;

#[tokio::test]
async fn wholly_or_up_to_a_message() {
    let (ann, bob, chat) = super::pair().await;
    let mut sent = vec![];
    for content in ["1", "2", "3"] {
        sent.push(bob.send(&chat, content).await["id"].as_str().unwrap().to_owned());
    }
    let path = format!("{CHATS}/{chat}/read");
    let read = ann.post(&path, json!({"last_read_id": sent[1]})).await.ok(200);
    assert_eq!((&read["unread"], &read["last_message"]["unread"]), (&json!(1), &json!(true)));
    let form = format!("last_read_id={}", sent[0]);
    let form = Payload::Raw("application/x-www-form-urlencoded", form.into());
    assert_eq!(ann.call("POST", &path, form).await.ok(200)["unread"], 1, "marks move forward only");
    assert_eq!(ann.poke(&path).await.ok(200)["unread"], 0);
    // The other one sees it in our own app.
    let room = bob.user.room(&chat).await;
    assert_eq!(room["peer_read_seq"], room["last_seq"]);
}

#[tokio::test]
async fn what_is_no_message_of_this_chat_is_refused() {
    let (ann, bob, chat) = super::pair().await;
    let [carol] = stack().users().await;
    let elsewhere = ann.chat(&carol).await;
    let other = ann.send(&elsewhere, "x").await["id"].clone();
    bob.send(&chat, "hello").await;
    let path = format!("{CHATS}/{chat}/read");
    for bad in [json!("x"), other, json!(format!("{chat}-0")), json!(7)] {
        let answer = ann.post(&path, json!({"last_read_id": bad})).await;
        refused(&answer, 400, "last_read_id ");
        assert_eq!(answer.json["errors"][0]["source"]["pointer"], "/last_read_id");
    }
    let answer = ann.post(&path, json!({"last_read_id": format!("{chat}-000000000099")})).await;
    refused(&answer, 404, "Record not found");
    assert_eq!(ann.get(&format!("{CHATS}/{chat}")).await.ok(200)["unread"], 1);
}
