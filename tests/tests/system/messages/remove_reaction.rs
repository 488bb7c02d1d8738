//! `DELETE /messages/{message_id}/reactions/{emoji}`

use parlance_tests::prelude::*;

const HEART: &str = "%E2%9D%A4";
const HEART_WITH_SELECTOR: &str = "%E2%9D%A4%EF%B8%8F";
const THUMB: &str = "%F0%9F%91%8D";

async fn reacted(user: &User, room: &str, emoji: &str) -> String {
    let id = user.send(room, "m").await["id"].as_str().unwrap().to_owned();
    user.post(&format!("/messages/{id}/reactions"), json!({"emoji": emoji})).await.ok(201);
    id
}

#[tokio::test]
async fn ones_own_goes_and_others_stay() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let id = reacted(&alice, &room, "👍").await;
    bob.post(&format!("/messages/{id}/reactions"), json!({"emoji": "👍"})).await.ok(201);
    let socket = Socket::connect(&bob).await;
    let path = format!("/messages/{id}/reactions/{THUMB}");
    let removed = alice.delete(&path).await.ok(200);
    assert_eq!(
        (&removed["message_id"], &removed["emoji"], &removed["count"]),
        (&json!(id), &json!("👍"), &json!(1))
    );
    assert_eq!(
        (&removed["reactions"][0]["me"], &removed["reactions"][0]["users"][0]["id"]),
        (&json!(false), &json!(bob.id))
    );
    let event = socket.expect("reaction_removed", |data| data["message_id"] == id.as_str()).await;
    shape::event(&event);
    assert_eq!(
        (&event.data["user_id"], &event.data["emoji"], &event.data["count"]),
        (&json!(alice.id), &json!("👍"), &json!(1))
    );
    alice.delete(&path).await.problem(404, "reaction_not_found");
    assert_eq!(bob.delete(&path).await.ok(200)["count"], 0);
    assert_eq!(alice.message(&id).await["reactions"], json!([]));
}

#[tokio::test]
async fn with_and_without_variation_selector_is_the_same() {
    let user = stack().user().await;
    let room = user.make_room("public", "Tea").await;
    for (given, removed) in [("❤", HEART_WITH_SELECTOR), ("❤️", HEART)] {
        let id = reacted(&user, &room, given).await;
        assert_eq!(
            user.delete(&format!("/messages/{id}/reactions/{removed}")).await.ok(200)["count"],
            0
        );
    }
}

#[tokio::test]
async fn one_that_returns_goes_to_the_end() {
    let user = stack().user().await;
    let room = user.make_room("public", "Tea").await;
    let id = reacted(&user, &room, "👍").await;
    user.post(&format!("/messages/{id}/reactions"), json!({"emoji": "🎉"})).await.ok(201);
    user.delete(&format!("/messages/{id}/reactions/{THUMB}")).await.ok(200);
    user.post(&format!("/messages/{id}/reactions"), json!({"emoji": "👍"})).await.ok(201);
    let emoji: Vec<Value> = user.message(&id).await["reactions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["emoji"].clone())
        .collect();
    assert_eq!(emoji, ["🎉", "👍"]);
}

#[tokio::test]
async fn what_nobody_gave_is_not_found() {
    let [owner, stranger] = stack().users().await;
    let room = owner.make_room("public", "Tea").await;
    let id = reacted(&owner, &room, "👍").await;
    owner
        .delete(&format!("/messages/{id}/reactions/{HEART}"))
        .await
        .problem(404, "reaction_not_found");
    for text in ["like", "%00", "%FF", "..%2f..", "%20"] {
        let answer = owner.delete(&format!("/messages/{id}/reactions/{text}")).await;
        answer.problem_of(&[
            (404, "reaction_not_found"),
            (404, "not_found"),
            (400, "validation_failed"),
        ]);
    }
    stranger
        .delete(&format!("/messages/{id}/reactions/{THUMB}"))
        .await
        .problem(403, "not_a_member");
    owner.delete(&format!("/messages/nonsense/reactions/{THUMB}")).await.problem(404, "not_found");
    owner.delete(&format!("/messages/{id}")).await.ok(200);
    let answer = owner.delete(&format!("/messages/{id}/reactions/{THUMB}")).await;
    answer.problem_of(&[
        (404, "message_deleted"),
        (404, "reaction_not_found"),
        (400, "message_not_reactable"),
    ]);
}
