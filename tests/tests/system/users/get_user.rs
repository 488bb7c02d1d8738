//! `GET /users/{user_id}`

use parlance_tests::prelude::*;

#[tokio::test]
async fn anybody_may_look_at_anybody() {
    let [ada, bob] = stack().users().await;
    let seen = bob.get(&format!("/users/{}", ada.id)).await.ok(200);
    shape::user(&seen);
    assert_eq!((&seen["id"], &seen["username"]), (&json!(ada.id), &json!(ada.name)));
}

#[tokio::test]
async fn me_is_oneself() {
    let user = stack().user().await;
    assert_eq!(user.get("/users/me").await.ok(200)["id"], user.id);
}

#[tokio::test]
async fn an_unknown_id_is_not_found() {
    let user = stack().user().await;
    for id in ["0199aaaa-0000-7000-8000-000000000000", "nonsense", "ME", "%00", &user.name] {
        user.get(&format!("/users/{id}")).await.problem(404, "not_found");
    }
}

#[tokio::test]
async fn presence_is_for_those_who_share_a_room() {
    let [ada, near, far] = stack().users().await;
    near.room_with(&[&ada]).await;
    let _here = Socket::connect(&ada).await;
    ada.patch("/users/me", json!({"status": "busy", "status_message": "hi"})).await.ok(200);
    let path = format!("/users/{}", ada.id);
    let seen = near.get(&path).await.ok(200);
    assert_eq!((&seen["status"], seen["last_seen"].is_string()), (&json!("busy"), true));
    let seen = far.get(&path).await.ok(200);
    shape::user(&seen);
    assert_eq!((&seen["status"], &seen["last_seen"]), (&json!("offline"), &Value::Null));
    assert_eq!(seen["status_message"], "hi", "the profile is everybody's");
    let found = async |user: &User| {
        let found = user.get(&format!("/users/search?q={}", ada.name)).await.ok(200);
        found["users"][0]["status"].clone()
    };
    assert_eq!((found(&near).await, found(&far).await), (json!("busy"), json!("offline")));
}
