//! `scan`: what lands in the quarantine is checked without anybody asking.

use parlance_tests::files::*;
use parlance_tests::prelude::*;

/// Waits until the worker has told the owner; the attachment.
async fn told(socket: &Socket, announced: &Value) -> Value {
    let event = socket
        .expect("attachment_updated", |data| data["attachment"]["id"] == announced["id"])
        .await;
    shape::attachment(&event.data["attachment"]);
    event.data["attachment"].clone()
}

#[tokio::test]
async fn an_upload_that_nobody_completes_is_checked_and_told() {
    let [user, friend] = stack().users().await;
    let (mine, theirs) = (Socket::connect(&user).await, Socket::connect(&friend).await);
    let room = user.room_with(&[&friend]).await;
    let bytes = png(500, 300);
    let announced = user.announce("a.png", "image/png", bytes.len()).await;
    assert_eq!(user.put_bytes(&announced, bytes.clone()).await, 200);
    let file = told(&mine, &announced).await;
    assert_eq!((&file["status"], &file["thumbnails"]), (&json!("clean"), &json!([96, 360])));
    assert_eq!(user.meta(&announced).await.ok(200), file);
    assert!(user.open(&file, "").await.bytes == bytes);
    user.send_files(&room, "fence", &[&file]).await;
    theirs.expect_message(&room, "fence").await;
    assert!(theirs.seen(|frame| frame.kind == "attachment_updated").is_empty(), "its owner's own");
}

#[tokio::test]
async fn what_does_not_pass_is_told_too() {
    let user = stack().user().await;
    let socket = Socket::connect(&user).await;
    let html = b"<!doctype html><script>alert(1)</script>".to_vec();
    for (name, mime, bytes, status) in [
        ("a.zip", "application/zip", zip(&[("virus.txt", &eicar())]), "infected"),
        ("a.zip", "application/zip", encrypted_zip(), "error"),
        ("a.png", "image/png", html, "error"),
    ] {
        let announced = user.announce(name, mime, bytes.len()).await;
        assert_eq!(user.put_bytes(&announced, bytes).await, 200);
        assert_eq!(told(&socket, &announced).await["status"], status);
        let opened = user.open(&announced, "").await;
        opened.problem_of(&[(403, "infected"), (409, "attachment_not_ready")]);
    }
}

#[tokio::test]
async fn nothing_stays_in_the_quarantine() {
    let user = stack().user().await;
    let socket = Socket::connect(&user).await;
    let bytes = png(40, 40);
    let announced = user.announce("a.png", "image/png", bytes.len()).await;
    assert_eq!(user.put_bytes(&announced, bytes.clone()).await, 200);
    told(&socket, &announced).await;
    // Once more through the same address: it is cleared away, and nothing changes.
    assert_eq!(user.put_bytes(&announced, bytes).await, 200);
    user.complete(&announced).await.ok(200);
    let deleted = user.announce("b.png", "image/png", 100).await;
    user.delete(&format!("/attachments/{}", deleted["id"].as_str().unwrap())).await.ok(200);
    assert_eq!(user.put_bytes(&deleted, vec![7; 100]).await, 200, "the address is still good");
    for file in [&announced, &deleted] {
        let id = file["id"].as_str().unwrap();
        super::until("the quarantine to be empty", async || {
            let all = crate::attachments::sending::objects_of(stack(), file);
            (!all.iter().any(|path| path.contains(&format!("quarantine/{id}")))).then_some(())
        })
        .await;
    }
}
