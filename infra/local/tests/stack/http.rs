//! HTTP API and the function processes behind it.

use crate::harness::{Stack, until};
use serde_json::Value;
use std::collections::HashSet;

#[tokio::test]
async fn the_event_is_that_of_payload_format_2() {
    let stack = Stack::start(&[]);
    let answer = stack
        .client
        .post(format!("{}/echo?a=1&a=2&b=x%20y", stack.http))
        .header("content-type", "application/json")
        .header("X-Many", "1")
        .header("x-many", "2")
        .header("cookie", "k=v; l=w")
        .body("{\"é\":1}")
        .send()
        .await
        .expect("an answer");
    assert!(answer.headers().contains_key("apigw-requestid"));
    assert_eq!(answer.headers()["set-cookie"], "a=b");
    let event: Value = answer.json().await.expect("JSON");
    assert_eq!(event["version"], "2.0");
    assert_eq!(event["routeKey"], "ANY /echo");
    assert_eq!(event["rawPath"], "/echo");
    assert_eq!(event["rawQueryString"], "a=1&a=2&b=x%20y");
    assert_eq!(event["queryStringParameters"]["a"], "1,2");
    assert_eq!(event["queryStringParameters"]["b"], "x y");
    assert_eq!(event["headers"]["x-many"], "1,2");
    assert_eq!(event["cookies"][1], "l=w");
    assert_eq!(event["body"], "{\"é\":1}");
    assert_eq!(event["isBase64Encoded"], false);
    let context = &event["requestContext"];
    assert_eq!(context["http"]["method"], "POST");
    assert_eq!(context["http"]["sourceIp"], "127.0.0.1");
    assert_eq!(context["http"]["protocol"], "HTTP/1.1");
    assert_eq!(context["stage"], "$default");
    assert_eq!(context["apiId"], "HttpApi");
    assert!(context["timeEpoch"].is_u64());

    let answer = stack
        .client
        .delete(format!("{}/things/a%2Fb/marks/%F0%9F%91%8D", stack.http))
        .send()
        .await
        .expect("an answer");
    let event: Value = answer.json().await.expect("JSON");
    assert_eq!(event["pathParameters"]["id"], "a/b");
    assert_eq!(event["pathParameters"]["mark"], "👍");

    let binary = stack
        .client
        .post(format!("{}/echo", stack.http))
        .header("content-type", "image/png")
        .body(vec![0u8, 255]);
    let event: Value = binary.send().await.expect("an answer").json().await.expect("JSON");
    assert_eq!((&event["body"], &event["isBase64Encoded"]), (&"AP8=".into(), &true.into()));
}

#[tokio::test]
async fn errors_are_those_of_api_gateway() {
    let stack = Stack::start(&[]);
    assert_eq!(stack.get("/nothing").await, (404, r#"{"message":"Not Found"}"#.into()));
    assert_eq!(stack.get("/things/1/marks/2").await.0, 404);
    let failed = (500, r#"{"message":"Internal Server Error"}"#.to_owned());
    assert_eq!(stack.get("/echo?do=error").await, failed);
    assert_eq!(stack.get("/echo?do=crash").await, failed);
    assert_eq!(stack.get("/echo?do=raw").await.0, 500, "no JSON");
    assert_eq!(stack.get("/broken").await, failed);
    assert_eq!(stack.get("/echo?sleep_ms=60000").await, failed, "the function's own timeout");
    assert_eq!(stack.get("/echo?do=large").await.0, 413);
    let large = stack
        .client
        .post(format!("{}/echo", stack.http))
        .body(vec![b'x'; 11 * 1024 * 1024])
        .send()
        .await;
    // The answer may be cut off by the reset that follows an unread body.
    assert!(large.is_err() || large.is_ok_and(|answer| answer.status() == 413));
    assert_eq!(stack.get("/echo").await.0, 200, "and it goes on");
}

#[tokio::test]
async fn an_answer_without_status_is_a_body() {
    let stack = Stack::start(&[]);
    let post = |body: &'static str| {
        stack.client.post(format!("{}/echo?do=raw", stack.http)).body(body).send()
    };
    let answer = post(r#"{"a": 1}"#).await.expect("an answer");
    assert_eq!(answer.headers()["content-type"], "application/json");
    assert_eq!(answer.text().await.expect("a body"), r#"{"a": 1}"#);
    assert_eq!(post(r#"{"statusCode": 204}"#).await.expect("an answer").status(), 204);
}

#[tokio::test]
async fn preflights_are_answered_by_the_api() {
    let stack = Stack::start(&[]);
    let ask = |origin: &'static str| {
        stack
            .client
            .request(reqwest::Method::OPTIONS, format!("{}/anything", stack.http))
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .send()
    };
    let allowed = ask("https://chat.example").await.expect("an answer");
    assert_eq!(allowed.status(), 204);
    assert_eq!(allowed.headers()["access-control-allow-origin"], "https://chat.example");
    assert_eq!(allowed.headers()["access-control-allow-methods"], "GET,POST");
    assert_eq!(allowed.headers()["access-control-max-age"], "60");
    let other = ask("https://evil.example").await.expect("an answer");
    assert!(!other.headers().contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn one_invocation_at_a_time_and_more_processes_under_load() {
    let stack = Stack::start(&[]);
    let mut pids = Vec::new();
    let calls = (0..4).map(|_| stack.get("/echo?do=pid&sleep_ms=300"));
    for (status, pid) in futures_util::future::join_all(calls).await {
        assert_eq!(status, 200);
        pids.push(pid);
    }
    assert_eq!(
        pids.iter().collect::<HashSet<_>>().len(),
        4,
        "four at once need four processes: {pids:?}"
    );
    let calls = (0..4).map(|_| stack.get("/single?do=pid&sleep_ms=20"));
    let answers: HashSet<_> = futures_util::future::join_all(calls).await.into_iter().collect();
    assert_eq!(answers.len(), 1, "reserved concurrency of one: one process takes them in turn");
    let processes = stack.local("processes").await;
    assert!(
        processes
            .as_array()
            .expect("a list")
            .iter()
            .all(|one| one["busy"] == false && one["pid"].is_u64())
    );
}

#[tokio::test]
async fn a_killed_idle_process_is_invisible_and_idle_ones_are_reaped() {
    let stack = Stack::start(&["--lambda-idle", "1"]);
    for _ in 0..5 {
        let (status, pid) = stack.get("/echo?do=pid").await;
        assert_eq!(status, 200);
        let raw = rustix::process::Pid::from_raw(pid.parse().expect("a pid")).expect("not zero");
        until("the idle process", async || {
            let all = stack.local("processes").await;
            all.as_array()?
                .iter()
                .find(|one| one["pid"].as_u64() == pid.parse().ok() && one["busy"] == false)
                .map(|_| ())
        })
        .await;
        rustix::process::kill_process(raw, rustix::process::Signal::KILL).expect("killed");
        until("its end", async || {
            let all = stack.local("processes").await;
            (!all.as_array()?.iter().any(|one| one["pid"].as_u64() == pid.parse().ok()))
                .then_some(())
        })
        .await;
    }
    assert_eq!(stack.get("/echo").await.0, 200);
    until("the reaping", async || {
        stack.local("processes").await.as_array()?.is_empty().then_some(())
    })
    .await;
    let metrics = stack.local("metrics").await;
    assert_eq!(metrics["functions"]["echo"]["errors"], 0);
    assert_eq!(metrics["functions"]["echo"]["starts"], 6);
    let log = std::fs::read_to_string(stack.folder.path().join("data/logs/functions.log"))
        .expect("a log");
    assert!(
        log.lines()
            .any(|line| line.ends_with("echo works") && line.split(' ').nth(1) == Some("echo")),
        "{log}"
    );
}
