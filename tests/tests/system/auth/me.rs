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

#[tokio::test]
async fn tells_settings_unread_and_rank() {
    let [ann, bob] = stack().users().await;
    let room = bob.room_with(&[&ann]).await;
    let direct = bob.direct_room(&ann).await;
    bob.send(&room, "one").await;
    bob.send_all(&direct, ["two", "three"]).await;
    let me = ann.get("/auth/me").await.ok(200);
    assert_eq!((&me["unread_total"], &me["moderator"]), (&json!(3), &json!(false)));
    assert_eq!(me["settings"], json!({"hides_read": false, "hides_last_seen": false}));
    ann.send(&room, "read").await;
    assert_eq!(ann.get("/auth/me").await.ok(200)["unread_total"], 2);
}
