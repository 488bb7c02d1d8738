//! `PUT /rooms/{room_id}/notification-preference`

use parlance_tests::prelude::*;

#[tokio::test]
async fn the_level_is_kept_and_every_device_hears_of_it() {
    let [owner, guest] = stack().users().await;
    let room = owner.room_with(&[&guest]).await;
    assert_eq!(guest.room(&room).await["notification_level"], "all");
    let (device, other) = (Socket::connect(&guest).await, Socket::connect(&owner).await);
    let path = format!("/rooms/{room}/notification-preference");
    for level in ["muted", "mentions", "all"] {
        let answer = guest.put(&path, json!({"level": level})).await.ok(200);
        assert_eq!(answer, json!({"room_id": room, "notification_level": level}));
        assert_eq!(guest.room(&room).await["notification_level"], level);
        let wanted = |data: &Value| data["notification_level"] == level;
        device.expect("notification_level_updated", wanted).await;
    }
    guest.put(&path, json!({"level": "muted"})).await.ok(200);
    let default = guest.put(&path, json!({"level": null})).await.ok(200);
    assert_eq!(default["notification_level"], "all");
    owner.send(&room, "fence").await;
    other.expect_message(&room, "fence").await;
    let others = other.seen(|frame| frame.kind == "notification_level_updated");
    assert!(others.is_empty(), "it is nobody else's: {others:?}");
    assert_eq!(owner.room(&room).await["notification_level"], "all");
}

#[tokio::test]
async fn a_large_public_room_tells_of_mentions_only() {
    let owner = stack().user().await;
    let room = owner.make_room("public", "Tea").await;
    let crowd = stack().crowd(50).await;
    futures_util::future::join_all(crowd.iter().map(|user| user.join(&room))).await;
    assert_eq!(owner.room(&room).await["notification_level"], "mentions");
    crowd[0].leave(&room).await;
    assert_eq!(owner.room(&room).await["notification_level"], "all");
}

#[tokio::test]
async fn members_only_and_known_levels_only() {
    let [owner, stranger] = stack().users().await;
    let room = owner.make_room("public", "Tea").await;
    let path = format!("/rooms/{room}/notification-preference");
    stranger.put(&path, json!({"level": "all"})).await.problem(403, "not_a_member");
    for wrong in [json!({}), json!({"level": "loud"}), json!({"level": 1}), json!({"level": ""})] {
        owner.put(&path, wrong).await.invalid("/level");
    }
    assert_eq!(owner.room(&room).await["notification_level"], "all");
    let direct = owner.direct_room(&stranger).await;
    let path = format!("/rooms/{direct}/notification-preference");
    owner.put(&path, json!({"level": "muted"})).await.ok(200);
    let nowhere = "/rooms/0199aaaa-0000-7000-8000-000000000000/notification-preference";
    owner.put(nowhere, json!({"level": "all"})).await.problem(404, "not_found");
}
