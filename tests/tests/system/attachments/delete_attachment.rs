//! `DELETE /attachments/{attachment_id}`

use parlance_tests::files::*;
use parlance_tests::prelude::*;

fn path(file: &Value) -> String {
    format!("/attachments/{}", file["id"].as_str().unwrap())
}

#[tokio::test]
async fn an_unused_file_of_ones_own_goes() {
    let [user, other] = stack().users().await;
    let file = user.upload("a.png", &png(400, 400)).await;
    other.delete(&path(&file)).await.problem(404, "not_found");
    assert_eq!(user.delete(&path(&file)).await.ok(200), json!({"deleted": true}));
    user.open(&file, "").await.problem(404, "not_found");
    user.meta(&file).await.problem(404, "not_found");
    user.delete(&path(&file)).await.problem(404, "not_found");
    let room = user.make_room("public", "Tea").await;
    let body = json!({"content": "x", "attachments": [file["id"]]});
    user.post(&format!("/rooms/{room}/messages"), body).await.invalid("/attachments/0");
    assert_eq!(super::sending::objects_of(stack(), &file), Vec::<String>::new());
}

#[tokio::test]
async fn one_that_was_announced_goes_as_well() {
    let user = stack().user().await;
    let announced = user.announce("a.pdf", "application/pdf", 100).await;
    user.delete(&path(&announced)).await.ok(200);
    user.complete(&announced).await.problem(404, "not_found");
}

#[tokio::test]
async fn one_that_was_sent_stays() {
    let user = stack().user().await;
    let room = user.make_room("public", "Tea").await;
    let file = user.upload("a.png", &png(8, 8)).await;
    user.send_files(&room, "", &[&file]).await;
    user.delete(&path(&file)).await.problem(409, "attachment_in_use");
    assert_eq!(user.open(&file, "").await.status, 200);
}
