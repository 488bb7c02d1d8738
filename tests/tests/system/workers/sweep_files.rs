//! `sweep_files`: nothing is left of what nobody used.

use parlance_tests::api::Api;
use parlance_tests::files::*;
use parlance_tests::prelude::*;

async fn sweep(stack: &Stack) -> Value {
    let path = "/2015-03-31/functions/SweepFiles/invocations";
    let answer = Api::new(stack.aws()).call("POST", path, None, json!({})).await;
    assert!(!answer.headers.contains_key("x-amz-function-error"), "{}", answer.text);
    answer.json
}

#[tokio::test]
async fn what_nobody_used_goes_and_what_was_used_stays() {
    let stack = Stack::start(Options::new().roomy().param("UnusedFileSeconds", 3));
    let user = stack.user().await;
    let room = user.make_room("public", "Tea").await;
    let used = user.upload("used.png", &png(400, 400)).await;
    user.send_files(&room, "look", &[&used]).await;
    let worn = user.upload("worn.png", &png(100, 100)).await;
    user.patch("/users/me", json!({"avatar_url": worn["url"]})).await.ok(200);
    let unused = user.upload("unused.png", &png(400, 400)).await;
    let to_come = user.announce("to_come.png", "image/png", 100).await;
    assert_eq!(crate::attachments::sending::objects_of(&stack, &unused).len(), 3);
    super::until("the unused file to end", async || {
        (user.meta(&unused).await.status == 404).then_some(())
    })
    .await;
    user.open(&unused, "").await.problem(404, "not_found");
    let body = json!({"content": "x", "attachments": [unused["id"]]});
    user.post(&format!("/rooms/{room}/messages"), body).await.invalid("/attachments/0");
    super::until("the sweep to have removed it", async || {
        assert_eq!(sweep(&stack).await["failed"], 0);
        crate::attachments::sending::objects_of(&stack, &unused).is_empty().then_some(())
    })
    .await;
    super::until("the announced file to end", async || {
        (user.meta(&to_come).await.status == 404).then_some(())
    })
    .await;
    for file in [&used, &worn] {
        assert_eq!(user.open(file, "?size=96").await.status, 200);
    }
    super::until("nothing to be left to do", async || {
        (sweep(&stack).await["removed"] == 0).then_some(())
    })
    .await;
}
