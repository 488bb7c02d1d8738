//! `PATCH /users/me`

use parlance_tests::prelude::*;

#[tokio::test]
async fn what_is_given_changes_and_null_clears() {
    let user = stack().user().await;
    let everything = json!({
        "display_name": " Ada 😀 ", "avatar_url": "https://example.org/a.png", "status": "busy", "status_message": "in a meeting",
        "status_emoji": "📅", "status_expires_at": "2099-01-01T00:00:00.000Z",
    });
    let changed = user.patch("/users/me", everything).await.ok(200);
    shape::user(&changed);
    assert_eq!(
        (&changed["display_name"], &changed["avatar_url"]),
        (&json!("Ada 😀"), &json!("https://example.org/a.png"))
    );
    assert_eq!(
        (&changed["status"], &changed["status_message"], &changed["status_emoji"]),
        (&json!("busy"), &json!("in a meeting"), &json!("📅"))
    );
    assert_eq!(changed["status_expires_at"], "2099-01-01T00:00:00.000Z");
    let changed =
        user.patch("/users/me", json!({"status_message": null, "avatar_url": null})).await.ok(200);
    assert_eq!(
        (&changed["status_message"], &changed["avatar_url"], &changed["display_name"]),
        (&Value::Null, &Value::Null, &json!("Ada 😀"))
    );
    assert_eq!(user.get("/auth/me").await.ok(200)["display_name"], "Ada 😀");
    let cleared = user.patch("/users/me", json!({"display_name": null})).await.ok(200);
    assert_eq!(cleared["display_name"], user.name, "the username is what is left");
}

#[tokio::test]
async fn the_limits() {
    let user = stack().user().await;
    let before = user.get("/auth/me").await.ok(200);
    for (member, wrong) in [
        ("display_name", json!("")),
        ("display_name", json!("  ")),
        ("display_name", json!("n".repeat(51))),
        ("display_name", json!(7)),
        ("status", json!("sleeping")),
        ("status", json!(1)),
        ("status_message", json!("s".repeat(101))),
        ("status_message", json!(["s"])),
        ("avatar_url", json!("javascript:alert(1)")),
        ("avatar_url", json!("data:image/png;base64,AAAA")),
        ("avatar_url", json!("not a URL")),
        ("avatar_url", json!(7)),
        ("status_emoji", json!("smile")),
        ("status_expires_at", json!("tomorrow")),
        ("status_expires_at", json!(7)),
    ] {
        user.patch("/users/me", json!({member: wrong})).await.invalid(&format!("/{member}"));
    }
    let after = user.get("/auth/me").await.ok(200);
    for member in
        ["display_name", "avatar_url", "status_message", "status_emoji", "status_expires_at"]
    {
        assert_eq!(after[member], before[member]);
    }
    user.patch(
        "/users/me",
        json!({"status_message": "😀".repeat(100), "display_name": "😀".repeat(50)}),
    )
    .await
    .ok(200);
}

#[tokio::test]
async fn a_picture_of_ones_own_is_shown_to_everybody() {
    use parlance_tests::files::{pdf, png};
    let [ada, bob, stranger] = stack().users().await;
    let room = ada.room_with(&[&bob]).await;
    let face = ada.upload("face.png", &png(400, 400)).await;
    let wear =
        async |file: &Value| ada.patch("/users/me", json!({"avatar_url": file["url"]})).await;
    stranger.open(&face, "").await.problem(404, "not_found");
    assert_eq!(wear(&face).await.ok(200)["avatar_url"], face["url"]);
    assert_eq!(stranger.open(&face, "?size=96").await.status, 200);
    assert_eq!(wear(&face).await.ok(200)["avatar_url"], face["url"], "the same again");
    let body = json!({"content": "", "attachments": [face["id"]]});
    ada.post(&format!("/rooms/{room}/messages"), body).await.invalid("/attachments/0");
    // What is not a picture of one's own, or belongs to a message, or is nothing.
    let theirs = bob.upload("face.png", &png(8, 8)).await;
    let paper = ada.upload("a.pdf", &pdf()).await;
    let sent = ada.upload("a.png", &png(8, 8)).await;
    ada.send_files(&room, "", &[&sent]).await;
    let to_come = ada.announce("a.png", "image/png", 100).await;
    for other in [&theirs, &paper, &sent, &to_come] {
        wear(other).await.invalid("/avatar_url");
    }
    let unknown = json!({"avatar_url": "/attachments/0198c0de-9000-7000-8000-0000000000f1"});
    ada.patch("/users/me", unknown).await.invalid("/avatar_url");
    assert_eq!(ada.get("/auth/me").await.ok(200)["avatar_url"], face["url"]);
    let next = ada.upload("next.png", &png(100, 100)).await;
    wear(&next).await.ok(200);
    stranger.open(&face, "").await.problem(404, "not_found");
    assert_eq!(stranger.open(&next, "").await.status, 200);
    ada.patch("/users/me", json!({"avatar_url": null})).await.ok(200);
    stranger.open(&next, "").await.problem(404, "not_found");
}

#[tokio::test]
async fn what_is_not_ones_own_to_change_stays() {
    let user = stack().user().await;
    let body = json!({"id": "x", "username": "somebody_else", "role": "admin", "password_hash": "x", "created_at": "x", "display_name": "D"});
    let changed = user.patch("/users/me", body).await.ok(200);
    assert_eq!(
        (&changed["id"], &changed["username"], &changed["display_name"]),
        (&json!(user.id), &json!(user.name), &json!("D"))
    );
    user.sign_in_again().await;
}

#[tokio::test]
async fn who_shares_a_room_is_told_and_nobody_else() {
    let [ada, friend, stranger] = stack().users().await;
    let room = ada.room_with(&[&friend]).await;
    let (near, far) = (Socket::connect(&friend).await, Socket::connect(&stranger).await);
    ada.patch("/users/me", json!({"display_name": "Ada L."})).await.ok(200);
    let event = near.expect("user_updated", |data| data["user"]["id"] == ada.id.as_str()).await;
    assert_eq!(event.data["user"]["display_name"], "Ada L.");
    ada.patch("/users/me", json!({"status": "busy", "status_message": "in a meeting"}))
        .await
        .ok(200);
    let event = near
        .expect("presence_updated", |data| {
            data["user_id"] == ada.id.as_str() && data["status"] == "busy"
        })
        .await;
    assert_eq!(event.data["status_message"], "in a meeting");
    assert!(event.data.get("last_active_at").is_some(), "{}", event.raw);
    ada.send(&room, "settled").await;
    near.expect_message(&room, "settled").await;
    let lobby = ada.room_with(&[&stranger]).await;
    ada.send(&lobby, "fence").await;
    far.expect_message(&lobby, "fence").await;
    let leaked = far.seen(|frame| frame.kind == "user_updated" || frame.data["status"] == "busy");
    assert!(leaked.is_empty(), "{leaked:?}");
}

#[tokio::test]
async fn settings_are_ones_own_and_kept() {
    let [ada, friend] = stack().users().await;
    ada.room_with(&[&friend]).await;
    let device = ada.sign_in_again().await;
    let (other, near) = (Socket::connect(&device).await, Socket::connect(&friend).await);
    let hide = json!({"settings": {"hides_last_seen": true}});
    let changed = ada.patch("/users/me", hide).await.ok(200);
    let expected = json!({"hides_read": false, "hides_last_seen": true});
    assert_eq!(changed["settings"], expected);
    assert_eq!(device.get("/auth/me").await.ok(200)["settings"], expected);
    other.expect("settings_updated", |data| data["settings"] == expected).await;
    near.expect("user_updated", |data| data["user"]["last_seen"].is_null()).await;
    let seen = friend.get(&format!("/users/{}", ada.id)).await.ok(200);
    assert_eq!((&seen["last_seen"], &seen["settings"]), (&Value::Null, &Value::Null));
    let back = json!({"settings": {"hides_last_seen": null, "hides_read": true}});
    let changed = ada.patch("/users/me", back).await.ok(200);
    assert_eq!(changed["settings"], json!({"hides_read": true, "hides_last_seen": false}));
    for (wrong, pointer) in [
        (json!({"settings": {"hides_read": "yes"}}), "/settings/hides_read"),
        (json!({"settings": 7}), "/settings"),
    ] {
        ada.patch("/users/me", wrong).await.invalid(pointer);
    }
}

#[tokio::test]
async fn an_ended_status_is_gone_and_an_end_lies_ahead() {
    let user = stack().user().await;
    for past in ["2001-01-01T00:00:00Z", "2001-01-01"] {
        user.patch("/users/me", json!({"status_message": "x", "status_expires_at": past}))
            .await
            .invalid("/status_expires_at");
    }
    for two in ["👍👍", "a", "👍 "] {
        let answer = user.patch("/users/me", json!({"status_emoji": two})).await;
        assert!(answer.status == 400 || two == "👍 ", "{two}: {}", answer.text);
    }
    let soon = json!({"status_message": "back soon", "status_expires_at": "2099-01-01T00:00:00Z"});
    user.patch("/users/me", soon).await.ok(200);
    let cleared = json!({"status_message": "", "status_emoji": null});
    let cleared = user.patch("/users/me", cleared).await.ok(200);
    assert_eq!(
        (&cleared["status_message"], &cleared["status_expires_at"]),
        (&Value::Null, &Value::Null),
        "an end of nothing is none"
    );
}
