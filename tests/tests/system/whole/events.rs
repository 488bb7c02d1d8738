//! Every sample event is understood by its function: invoked with it directly, as `cargo lambda invoke`
//! does, each gives the answer that a stranger's request deserves, and none fails.

use parlance_tests::api::Api;
use parlance_tests::prelude::{Value, json};
use parlance_tests::stack::{project_folder, stack};
use parlance_tests::template::Template;

/// What is wrong with a function's answer to its sample event, if anything.
fn judge(stem: &str, is_of_a_face: bool, failed: bool, answer: &Value) -> Result<(), String> {
    let status = answer["statusCode"].as_u64().unwrap_or(0);
    let body: Value =
        serde_json::from_str(answer["body"].as_str().unwrap_or_default()).unwrap_or(Value::Null);
    let fine = match stem {
        // API Gateway turns exactly this failure into a 401.
        "socket_authorize" => failed && answer["errorMessage"] == "Unauthorized",
        _ if failed => false,
        // The sample's message goes into the index of a room nobody is in.
        "index" | "deliver" | "purge" | "push" | "notify" | "presence" => {
            answer["batchItemFailures"] == json!([])
        }
        "scan" => *answer == json!({"objects": 1}),
        "scan_result" => *answer == json!({"status": null}),
        "sweep_files" => answer["failed"] == 0,
        "socket_connect" | "socket_disconnect" => status == 200,
        "socket_ping" => body["type"] == "pong" && body["ref"] == "2",
        "socket_default" => body["type"] == "error",
        // The sample's session is nobody's.
        _ if stem.starts_with("socket_") => body["data"]["code"] == "session_revoked",
        // 409 and 200 where an earlier run of this has registered the sample's user.
        "register" => matches!(status, 201 | 409),
        "login" => matches!(status, 200 | 401),
        "refresh" => body["code"] == "refresh_invalid",
        "reactivate" => body["code"] == "invalid_credentials",
        "openapi" | "asyncapi" | "healthz" => status == 200,
        "unknown_route" => matches!(status, 404 | 405),
        // Other protocols refuse strangers in words of their own.
        _ if is_of_a_face => match &answer["batchItemFailures"] {
            Value::Null => (200..500).contains(&status),
            failures => *failures == json!([]),
        },
        _ => body["code"] == "token_invalid",
    };
    if fine { Ok(()) } else { Err(format!("{stem}: {answer}")) }
}

#[tokio::test]
async fn every_function_understands_its_sample_event() {
    let api = Api::new(stack().aws());
    let ours = Template::load().functions();
    let mut wrong = vec![];
    for function in Template::all_functions() {
        let file = project_folder().join(format!("events/{}.json", function.stem));
        let text = std::fs::read_to_string(&file).expect("a sample event");
        let event: Value = serde_json::from_str(&text).expect("JSON");
        let path = format!("/2015-03-31/functions/{}/invocations", function.logical_id);
        let answer = api.call("POST", &path, None, event).await;
        let failed = answer.headers.contains_key("x-amz-function-error");
        wrong.extend(judge(&function.stem, !ours.contains(&function), failed, &answer.json).err());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
