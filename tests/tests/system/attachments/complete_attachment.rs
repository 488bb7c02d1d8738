//! `POST /attachments/{attachment_id}/complete`

use parlance_tests::files::*;
use parlance_tests::prelude::*;

#[tokio::test]
async fn a_file_of_the_largest_size_goes_all_the_way() {
    let [user, friend] = stack().users().await;
    let room = user.room_with(&[&friend]).await;
    let socket = Socket::connect(&user).await;
    let bytes = png_of_size(10_485_760);
    let announced = user.announce("large.png", "image/png", bytes.len()).await;
    assert_eq!(user.put_bytes(&announced, bytes.clone()).await, 200);
    let file = user.complete(&announced).await.ok(200);
    shape::attachment(&file);
    assert_eq!((&file["id"], &file["status"]), (&announced["id"], &json!("clean")));
    assert_eq!((&file["size"], &file["width"]), (&json!(10_485_760), &json!(16)));
    let told = socket
        .expect("attachment_updated", |data| data["attachment"]["id"] == announced["id"])
        .await;
    assert_eq!(told.data["attachment"], file);
    assert_eq!(user.complete(&announced).await.ok(200), file, "the same again");

    user.send_files(&room, "look", &[&file]).await;
    let redirected = friend.open(&file, "").await;
    assert_eq!(redirected.status, 302, "more than one answer holds: {}", redirected.text);
    assert_eq!(redirected.header("cache-control"), Some("no-store"));
    let (status, headers, found) = follow(&redirected).await;
    assert_eq!((status, found == bytes), (200, true));
    assert_eq!(headers["content-type"], "image/png");
    let disposition = headers["content-disposition"].to_str().expect("text");
    assert!(disposition.contains("filename=\"large.png\""), "{disposition}");
    let range = friend.open_with(&file, "", &[("range", "bytes=10485000-")]).await;
    assert_eq!((range.status, range.bytes == bytes[10_485_000..]), (206, true));
}

#[tokio::test]
async fn another_size_or_type_is_refused_by_the_signature() {
    let user = stack().user().await;
    let bytes = png(30, 30);
    let announced = user.announce("a.png", "image/png", bytes.len()).await;
    let longer = [bytes.clone(), vec![0]].concat();
    assert_eq!(user.put_bytes(&announced, longer).await, 403, "one byte more");
    assert_eq!(user.put_bytes(&announced, bytes[1..].to_vec()).await, 403, "one byte less");
    let html = [("content-type".to_owned(), "text/html".to_owned())];
    assert_eq!(user.put_with(&announced, &html, bytes.clone()).await, 403, "another type");
    user.complete(&announced).await.problem(409, "attachment_not_ready");
    user.open(&announced, "").await.problem(409, "attachment_not_ready");
    assert_eq!(user.put_bytes(&announced, bytes).await, 200);
    assert_eq!(user.complete(&announced).await.ok(200)["status"], "clean");
}

#[tokio::test]
async fn content_of_another_kind_is_refused_and_goes() {
    let user = stack().user().await;
    let html = b"<!doctype html><script>alert(document.cookie)</script>".to_vec();
    let announced = user.announce("a.png", "image/png", html.len()).await;
    assert_eq!(user.put_bytes(&announced, html).await, 200);
    for _ in 0..2 {
        user.complete(&announced).await.problem(400, "type_mismatch");
    }
    assert_eq!(user.meta(&announced).await.ok(200)["status"], "error");
    user.open(&announced, "").await.problem(409, "attachment_not_ready");
}

#[tokio::test]
async fn a_size_that_slipped_by_the_signature_is_refused() {
    let user = stack().user().await;
    let bytes = png(30, 30);
    let announced = user.announce("a.png", "image/png", bytes.len()).await;
    // Nobody can do this through the signed address; somebody with a key to the bucket could.
    let folder = std::fs::read_dir(stack().data().join("s3")).expect("the buckets");
    let bucket =
        folder.flatten().find(|entry| entry.file_name().to_string_lossy().contains("-files-"));
    let quarantine = bucket.expect("the bucket of files").path().join("quarantine");
    std::fs::create_dir_all(&quarantine).expect("a folder");
    let place = quarantine.join(announced["id"].as_str().expect("an id"));
    std::fs::write(&place, [bytes, vec![0; 10]].concat()).expect("written");
    user.complete(&announced).await.problem(400, "type_mismatch");
    assert!(!place.exists(), "the bytes are gone");
}

#[tokio::test]
async fn what_is_dangerous_never_leaves_the_quarantine() {
    let [user, friend] = stack().users().await;
    let room = user.room_with(&[&friend]).await;
    let bytes = zip(&[("virus.txt", &eicar())]);
    let announced = user.announce("a.zip", "application/zip", bytes.len()).await;
    assert_eq!(user.put_bytes(&announced, bytes).await, 200);
    for _ in 0..2 {
        user.complete(&announced).await.problem(403, "infected");
    }
    assert_eq!(user.meta(&announced).await.ok(200)["status"], "infected");
    user.open(&announced, "").await.problem(403, "infected");
    let body = json!({"content": "x", "attachments": [announced["id"]]});
    user.post(&format!("/rooms/{room}/messages"), body).await.invalid("/attachments/0");
}

#[tokio::test]
async fn what_is_put_afterwards_changes_nothing() {
    let user = stack().user().await;
    let (good, other) = (png(40, 40), png_of_size(png(40, 40).len()));
    let announced = user.announce("a.png", "image/png", good.len()).await;
    assert_eq!(user.put_bytes(&announced, good.clone()).await, 200);
    let file = user.complete(&announced).await.ok(200);
    // The address is still good; what is served is what was checked.
    assert_eq!(user.put_bytes(&announced, other).await, 200);
    assert_eq!(user.complete(&announced).await.ok(200), file);
    assert!(user.open(&file, "").await.bytes == good);
}

#[tokio::test]
async fn only_its_sender_completes_an_upload() {
    let [user, other] = stack().users().await;
    let bytes = png(9, 9);
    let announced = user.announce("a.png", "image/png", bytes.len()).await;
    other.complete(&announced).await.problem(404, "not_found");
    other.complete(&json!({"id": "none"})).await.problem(404, "not_found");
    assert_eq!(user.put_bytes(&announced, bytes).await, 200);
    other.complete(&announced).await.problem(404, "not_found");
    user.complete(&announced).await.ok(200);
}
