//! `GET /auth/me`

use parlance_tests::prelude::*;

#[tokio::test]
async fn shows_oneself() {
    let user = stack().user_named(&username(), Some("Ada 😀")).await;
    let me = user.get("/auth/me").await.ok(200);
    shape::user(&me);
    assert_eq!((me["id"].as_str(), me["username"].as_str()), (Some(&*user.id), Some(&*user.name)));
    assert_eq!(me["display_name"], "Ada 😀");
}

#[tokio::test]
async fn is_the_same_as_users_me() {
    let user = stack().user().await;
    let (one, other) = (user.get("/auth/me").await.ok(200), user.get("/users/me").await.ok(200));
    for member in ["id", "username", "display_name", "created_at"] {
        assert_eq!(one[member], other[member]);
    }
}
