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
