//! `GET /attachments/{attachment_id}/meta`

use parlance_tests::files::*;
use parlance_tests::prelude::*;

#[tokio::test]
async fn what_is_known_is_told_to_those_who_may_open_it() {
    let [user, friend] = stack().users().await;
    let room = user.room_with(&[&friend]).await;
    let file = user.upload("a.png", &png(400, 300)).await;
    assert_eq!(user.meta(&file).await.ok(200), file);
    friend.meta(&file).await.problem(404, "not_found");
    let message = user.send_files(&room, "", &[&file]).await;
    assert_eq!(friend.meta(&file).await.ok(200), file);
    assert_eq!(message["attachments"][0], file, "the message says the same");
}

#[tokio::test]
async fn a_file_to_come_is_pending() {
    let user = stack().user().await;
    let announced = user.announce("a.pdf", "application/pdf", 100).await;
    let known = user.meta(&announced).await.ok(200);
    assert_eq!((&known["status"], &known["size"]), (&json!("pending"), &json!(100)));
}
