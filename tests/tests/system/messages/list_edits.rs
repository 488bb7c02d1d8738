//! `GET /messages/{message_id}/history`

use parlance_tests::prelude::*;

#[tokio::test]
async fn earlier_texts_are_there_for_the_sender_admins_and_the_owner() {
    let [owner, sender, member, stranger] = stack().users().await;
    let room = owner.room_with(&[&sender, &member]).await;
    let sent = sender.send(&room, "one").await;
    let path = format!("/messages/{}", sent["id"].as_str().unwrap());
    let history = format!("{path}/history");
    let none = sender.get(&history).await.ok(200);
    assert_eq!((&none["edit_count"], &none["versions"]), (&json!(0), &json!([])));
    let mut edited_at = vec![];
    for text in ["two", "two", "three"] {
        let edited = sender.put(&path, json!({"content": text})).await.ok(200);
        edited_at.push(edited["edited_at"].clone());
    }
    for user in [&sender, &owner] {
        let history = user.get(&history).await.ok(200);
        assert_eq!((&history["message_id"], &history["edit_count"]), (&sent["id"], &json!(2)));
        let versions = history["versions"].as_array().unwrap();
        let texts: Vec<_> = versions.iter().map(|version| &version["content"]).collect();
        assert_eq!(texts, ["one", "two"], "the same text again is no edit");
        assert_eq!(versions[0]["from"], sent["created_at"]);
        assert_eq!(versions[0]["until"], edited_at[0]);
        assert_eq!((&versions[1]["from"], &versions[1]["until"]), (&edited_at[0], &edited_at[2]));
    }
    member.get(&history).await.problem(403, "insufficient_role");
    stranger.get(&history).await.problem(403, "not_a_member");
    sender.leave(&room).await;
    sender.get(&history).await.problem(403, "not_a_member");
    owner.get(&format!("/messages/{room}-999/history")).await.problem(404, "not_found");
}

#[tokio::test]
async fn they_go_with_the_message() {
    let [owner, sender] = stack().users().await;
    let room = owner.room_with(&[&sender]).await;
    let sent = sender.send(&room, "a first secret").await;
    let path = format!("/messages/{}", sent["id"].as_str().unwrap());
    sender.put(&path, json!({"content": "a second secret"})).await.ok(200);
    sender.delete(&path).await.ok(200);
    for user in [&sender, &owner] {
        user.get(&format!("{path}/history")).await.problem(404, "message_deleted");
    }
}
