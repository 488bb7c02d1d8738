//! Streams, buckets, secrets, invoke, and the counting of calls.

use crate::harness::{Stack, until};
use serde_json::{Value, json};

#[tokio::test]
async fn the_stream_starts_the_function_and_goes_on_after_kill_9() {
    let stack = Stack::start(&[]);
    let put = |key: &'static str| json!({"TableName": "Table", "Item": {"PK": {"S": key}}});
    stack.dynamodb("PutItem", put("first")).await;
    let is = |key: &'static str| {
        move |event: &Value| event.pointer("/Records/0/dynamodb/Keys/PK/S") == Some(&key.into())
    };
    let event = stack.recorded_where(is("first")).await;
    assert_eq!(event["Records"][0]["eventName"], "INSERT");
    assert_eq!(event["Records"][0]["eventSource"], "aws:dynamodb");
    assert!(
        event["Records"][0]["eventSourceARN"].as_str().is_some_and(|arn| arn.contains("/stream/"))
    );
    let stack = Stack::start_in(stack.kill(), &[]);
    stack.dynamodb("PutItem", put("second")).await;
    stack.recorded_where(is("second")).await;
    let found = stack
        .dynamodb("GetItem", json!({"TableName": "Table", "Key": {"PK": {"S": "first"}}}))
        .await;
    assert_eq!(found["Item"]["PK"]["S"], "first");
}

#[tokio::test]
async fn a_stream_is_filtered_halved_and_gives_up_what_fails_alone() {
    let stack = Stack::start(&[]);
    for key in ["keep-1", "other", "keep-2", "keep-bad", "keep-3"] {
        stack.dynamodb("PutItem", json!({"TableName": "Table", "Item": {"PK": {"S": key}}})).await;
    }
    let keys = |event: &Value| -> Vec<String> {
        let records = event["Records"].as_array().cloned().unwrap_or_default();
        let key =
            |record: &Value| record.pointer("/dynamodb/Keys/PK/S")?.as_str().map(str::to_owned);
        records.iter().filter_map(key).collect()
    };
    // In order, without what does not fit; what fails alone holds up nothing.
    until("the others", async || {
        let events = stack.recorded().into_iter().filter(|event| event["by"] == "picky");
        let taken: Vec<String> = events.flat_map(|event| keys(&event)).collect();
        (taken == ["keep-1", "keep-2", "keep-3"]).then_some(())
    })
    .await;
    let letter = until("the letter", async || {
        let wish = json!({"QueueUrl": "Letters", "WaitTimeSeconds": 1});
        stack.sqs("ReceiveMessage", wish).await.pointer("/Messages/0/Body").cloned()
    })
    .await;
    let letter: Value = serde_json::from_str(letter.as_str().unwrap_or_default()).expect("JSON");
    assert_eq!(letter["requestContext"]["condition"], "RetryAttemptsExhausted");
    assert_eq!(letter["DDBStreamBatchInfo"]["batchSize"], 1);
    assert!(
        letter["DDBStreamBatchInfo"]["streamArn"]
            .as_str()
            .is_some_and(|arn| arn.contains("/stream/"))
    );
}

#[tokio::test]
async fn conditions_and_refusals_of_the_tables() {
    let stack = Stack::start(&[]);
    let put = json!({"TableName": "Table", "Item": {"PK": {"S": "a"}}, "ConditionExpression": "attribute_not_exists(PK)"});
    stack.dynamodb("PutItem", put.clone()).await;
    let (status, error) = stack.aws(&stack.dynamodb, "DynamoDB_20120810.PutItem", put).await;
    assert_eq!(status, 400);
    assert!(
        error["__type"]
            .as_str()
            .is_some_and(|kind| kind.ends_with("#ConditionalCheckFailedException")),
        "{error}"
    );
    let (status, error) =
        stack.aws(&stack.dynamodb, "DynamoDB_20120810.GetItem", json!({"TableName": 1})).await;
    assert_eq!(status, 400, "{error}");
    let (_, tables) = stack.aws(&stack.dynamodb, "DynamoDB_20120810.ListTables", json!({})).await;
    assert_eq!(tables["TableNames"][0], "Table");
    let calls = stack.local("metrics").await["calls"]["test"].clone();
    assert_eq!(calls["dynamodb.PutItem"], 2);
    assert_eq!(calls["dynamodb.ListTables"], 1);
}

#[tokio::test]
async fn invoke_secrets_and_what_is_not_there() {
    let stack = Stack::start(&[]);
    let url = format!("{}/2015-03-31/functions/Echo/invocations", stack.aws);
    let answer: Value = stack
        .client
        .post(url)
        .body(r#"{"x":1}"#)
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("JSON");
    assert_eq!(answer["statusCode"], 200);
    let secret = |id: &'static str| {
        stack.aws(&stack.aws, "secretsmanager.GetSecretValue", json!({ "SecretId": id }))
    };
    let (_, by_name) = secret("Key").await;
    assert_eq!(by_name["SecretString"].as_str().map(str::len), Some(20));
    let (_, by_arn) = secret("arn:aws:secretsmanager:us-east-1:000000000000:secret:Key").await;
    assert_eq!(by_arn["SecretString"], by_name["SecretString"]);
    assert_eq!(secret("Other").await.0, 400);
    let (status, error) = stack.aws(&stack.aws, "Kinesis.PutRecord", json!({})).await;
    assert_eq!(status, 501);
    assert!(error["message"].as_str().is_some_and(|text| text.contains("Kinesis.PutRecord")));
}

#[tokio::test]
async fn the_recorder_is_started_by_an_upload() {
    let stack = Stack::start(&[]);
    let ready: Value = serde_json::from_str(
        &std::fs::read_to_string(stack.folder.path().join("ready.json")).expect("there"),
    )
    .expect("JSON");
    let s3 = ready["s3"].as_str().expect("an address");
    // A presigned address, signed like the SDKs sign.
    let url = crate::harness::presign("PUT", s3, "/uploads/quarantine/a%20b.txt");
    let answer = stack.client.put(&url).body("hello").send().await.expect("an answer");
    assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap_or_default());
    let event = stack.recorded_where(|event| event["Records"][0]["eventSource"] == "aws:s3").await;
    let record = &event["Records"][0];
    assert_eq!(record["eventName"], "ObjectCreated:Put");
    assert_eq!(record["s3"]["bucket"]["name"], "uploads");
    assert_eq!(record["s3"]["object"]["key"], "quarantine/a+b.txt");
    assert_eq!(record["s3"]["object"]["size"], 5);
    let url = crate::harness::presign("GET", s3, "/uploads/quarantine/a%20b.txt");
    assert_eq!(
        stack.client.get(&url).send().await.expect("an answer").text().await.expect("a body"),
        "hello"
    );
    let last = if url.ends_with('0') { "1" } else { "0" };
    let forged = format!("{}{last}", &url[..url.len() - 1]);
    assert_eq!(stack.client.get(&forged).send().await.expect("an answer").status(), 403);
}
