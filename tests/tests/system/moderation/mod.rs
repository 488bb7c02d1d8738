//! Moderation

mod get_report;
mod list_audit;
mod list_reports;
mod report_message;
mod resolve_report;

use parlance_tests::prelude::*;

/// The id of an object.
fn id(value: &Value) -> String {
    value["id"].as_str().expect("an id").to_owned()
}

/// Reports a message as spam; the report.
async fn report(user: &User, message: &Value) -> Value {
    let path = format!("/messages/{}/report", id(message));
    user.post(&path, json!({"reason": "spam"})).await.ok(201)
}

/// The reports of a room in a state, as `user` sees them.
async fn queue(user: &User, room: &str, status: &str) -> Vec<Value> {
    let path = format!("/moderation/reports?room_id={room}&status={status}");
    user.get(&path).await.ok(200)["reports"].as_array().unwrap().clone()
}

/// A stack with a moderator: who is to be one registers before the operator says so.
/// The folder is first, so that it is removed last.
async fn moderated() -> (tempfile::TempDir, Stack, User) {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let options = || Options { data: Some(data.clone()), ..Options::new().roomy() };
    let name = username();
    {
        let before = Stack::start(options());
        before.user_named(&name, None).await;
        before.stop();
    }
    let stack = Stack::start(options().param("Moderators", &name));
    let body = json!({"username": name, "password": PASSWORD});
    let session = stack.api().call("POST", "/auth/login", None, body).await.ok(200);
    let moderator = User::of(stack.api(), stack.ws(), &session);
    (folder, stack, moderator)
}
