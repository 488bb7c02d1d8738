//! SQS and its event source.

use crate::harness::{Stack, until};
use serde_json::{Value, json};

fn bodies(event: &Value) -> Vec<&str> {
    event["Records"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|record| record["body"].as_str())
        .collect()
}

async fn count(stack: &Stack, queue: &str) -> [u64; 2] {
    let answer = stack
        .sqs("GetQueueAttributes", json!({"QueueUrl": queue, "AttributeNames": ["All"]}))
        .await;
    ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"].map(|name| {
        answer["Attributes"][name].as_str().and_then(|text| text.parse().ok()).expect("a number")
    })
}

#[tokio::test]
async fn send_receive_delete() {
    let stack = Stack::start(&[]);
    let sent = stack
        .sqs(
            "SendMessage",
            json!({"QueueUrl": "x/Plain", "MessageBody": "hello",
             "MessageAttributes": {"a": {"DataType": "String", "StringValue": "b"}}}),
        )
        .await;
    assert_eq!(sent["MD5OfMessageBody"], "5d41402abc4b2a76b9719d911017c592");
    let wish = json!({"QueueUrl": "x/Plain", "AttributeNames": ["All"], "MessageAttributeNames": ["All"], "WaitTimeSeconds": 5});
    let message = stack.sqs("ReceiveMessage", wish.clone()).await["Messages"][0].clone();
    assert_eq!(message["Body"], "hello");
    assert_eq!(message["MD5OfMessageAttributes"], sent["MD5OfMessageAttributes"]);
    assert_eq!(message["Attributes"]["ApproximateReceiveCount"], "1");
    assert_eq!(count(&stack, "Plain").await, [0, 1]);
    assert!(
        stack.sqs("ReceiveMessage", json!({"QueueUrl": "Plain"})).await.get("Messages").is_none()
    );
    let receipt = &message["ReceiptHandle"];
    stack
        .sqs(
            "ChangeMessageVisibility",
            json!({"QueueUrl": "Plain", "ReceiptHandle": receipt, "VisibilityTimeout": 0}),
        )
        .await;
    let again = stack.sqs("ReceiveMessage", wish).await["Messages"][0].clone();
    assert_eq!(again["Attributes"]["ApproximateReceiveCount"], "2");
    stack
        .sqs("DeleteMessage", json!({"QueueUrl": "Plain", "ReceiptHandle": again["ReceiptHandle"]}))
        .await;
    assert_eq!(count(&stack, "Plain").await, [0, 0]);

    let batch = json!({"QueueUrl": "Plain", "Entries": [{"Id": "1", "MessageBody": "a"}, {"Id": "2", "MessageBody": "b", "DelaySeconds": 900}]});
    assert_eq!(
        stack.sqs("SendMessageBatch", batch).await["Successful"].as_array().map(Vec::len),
        Some(2)
    );
    assert_eq!(count(&stack, "Plain").await, [1, 0]);
    let (status, error) = stack
        .aws(&stack.aws, "AmazonSQS.SendMessage", json!({"QueueUrl": "None", "MessageBody": "a"}))
        .await;
    assert_eq!((status, &error["__type"]), (400, &"com.amazonaws.sqs#QueueDoesNotExist".into()));
}

#[tokio::test]
async fn an_acknowledged_message_survives_kill_9() {
    let stack = Stack::start(&[]);
    for number in 0..20 {
        stack
            .sqs("SendMessage", json!({"QueueUrl": "Plain", "MessageBody": format!("m{number}")}))
            .await;
    }
    let stack = Stack::start_in(stack.kill(), &[]);
    assert_eq!(count(&stack, "Plain").await, [20, 0]);
}

#[tokio::test]
async fn failures_come_back_and_end_in_the_dead_letter_queue() {
    let stack = Stack::start(&[]);
    let batch = json!({"QueueUrl": "Queue", "Entries": [{"Id": "1", "MessageBody": "fine"}, {"Id": "2", "MessageBody": "fail"}]});
    stack.sqs("SendMessageBatch", batch).await;
    let dead = until("the dead letter", async || {
        stack
            .sqs("ReceiveMessage", json!({"QueueUrl": "Dead"}))
            .await
            .pointer("/Messages/0/Body")
            .cloned()
    })
    .await;
    assert_eq!(dead, "fail");
    let events = stack.recorded();
    let times = |body: &str| events.iter().flat_map(bodies).filter(|one| *one == body).count();
    assert_eq!((times("fine"), times("fail")), (1, 3));
    let record = &events[0]["Records"][0];
    assert_eq!(record["eventSource"], "aws:sqs");
    assert!(record["eventSourceARN"].as_str().is_some_and(|arn| arn.ends_with(":Queue")));
}

#[tokio::test]
async fn a_batch_survives_the_death_of_its_process() {
    let stack = Stack::start(&[]);
    stack.sqs("SendMessage", json!({"QueueUrl": "Queue", "MessageBody": "die once"})).await;
    stack
        .recorded_where(|event| event["Records"][0]["attributes"]["ApproximateReceiveCount"] == "2")
        .await;
    until("an empty queue", async || (count(&stack, "Queue").await == [0, 0]).then_some(())).await;
}
