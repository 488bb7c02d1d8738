//! `scan_result`: GuardDuty's verdicts, where it is the scanner. There is no GuardDuty here: its events are
//! invoked as EventBridge would.

use parlance_tests::api::Api;
use parlance_tests::files::*;
use parlance_tests::prelude::*;

/// The event of a verdict on the bytes with this ETag.
async fn verdict(stack: &Stack, file: &Value, etag: &str, status: &str) -> Value {
    let threats = json!([{"name": "Parlance.Test.Threat"}]);
    let event = json!({"source": "aws.guardduty", "detail": {
        "s3ObjectDetails": {"objectKey": format!("quarantine/{}", file["id"].as_str().unwrap()), "eTag": etag},
        "scanResultDetails": {"scanResultStatus": status,
            "threats": if status == "THREATS_FOUND" { threats } else { Value::Null }},
    }});
    let path = "/2015-03-31/functions/ScanResult/invocations";
    let answer = Api::new(stack.aws()).call("POST", path, None, event).await;
    assert!(!answer.headers.contains_key("x-amz-function-error"), "{}", answer.text);
    answer.json["status"].clone()
}

/// MD5 in hex, which is what an ETag is; the stand-in notes it beside the object.
fn etag_of(stack: &Stack, file: &Value) -> String {
    let all = crate::attachments::sending::objects_of(stack, file);
    let path = all.iter().find(|path| path.contains("quarantine/")).expect("an upload");
    let sum = std::process::Command::new("md5sum").arg(path).output().expect("md5sum");
    String::from_utf8_lossy(&sum.stdout).split(' ').next().expect("a sum").to_owned()
}

#[tokio::test]
async fn files_wait_for_the_verdict_and_follow_it() {
    let stack = Stack::start(Options::new().roomy().param("Scanner", "guardduty"));
    let user = stack.user().await;
    let socket = Socket::connect(&user).await;
    let room = user.make_room("public", "Tea").await;
    for (status, expected) in
        [("NO_THREATS_FOUND", "clean"), ("THREATS_FOUND", "infected"), ("UNSUPPORTED", "error")]
    {
        let bytes = png(400, 300);
        let file = user.try_upload("a.png", "image/png", &bytes).await.ok(201);
        assert_eq!(file["status"], "pending", "{status}");
        user.open(&file, "").await.problem(409, "attachment_not_ready");
        let body = json!({"content": "x", "attachments": [file["id"]]});
        user.post(&format!("/rooms/{room}/messages"), body).await.invalid("/attachments/0");
        let etag = etag_of(&stack, &file);
        assert_eq!(verdict(&stack, &file, "0000", status).await, Value::Null, "of other bytes");
        assert_eq!(user.meta(&file).await.ok(200)["status"], "pending");
        assert_eq!(verdict(&stack, &file, &etag, status).await, expected);
        let event = socket
            .expect("attachment_updated", |data| data["attachment"]["id"] == file["id"])
            .await;
        assert_eq!(event.data["attachment"]["status"], expected);
        assert_eq!(user.open(&file, "").await.status == 200, expected == "clean");
        // Again, as every event may come.
        assert_eq!(verdict(&stack, &file, &etag, "NO_THREATS_FOUND").await, expected);
    }
    // What the structure shows needs no scanner.
    let bomb = zip(&[("virus.txt", &eicar())]);
    user.try_upload("a.zip", "", &bomb).await.problem(403, "infected");
}
