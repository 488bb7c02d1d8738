//! The AWS-JSON face of the queues (`X-Amz-Target: AmazonSQS.…`), for the functions' SDKs.

use super::attributes;
use super::queue::{Delivery, Message};
use super::{Live, Sqs};
use crate::clock;
use crate::net::{self, Answer};
use crate::template::names::{ACCOUNT, REGION};
use bytes::Bytes;
use http::{HeaderValue, StatusCode};
use serde_json::{Map, Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// SQS's limits: entries of a batch, and of one receive.
const BATCH_MAX: usize = 10;
/// A long poll, in seconds.
const WAIT_S_MAX: u64 = 20;
/// A visibility timeout, in seconds.
const VISIBILITY_S_MAX: u64 = 43_200;

/// An error by its SQS name, with the message.
struct Refusal(&'static str, String);

type Outcome = Result<Value, Refusal>;

fn invalid(message: impl Into<String>) -> Refusal {
    Refusal("InvalidParameterValue", message.into())
}

/// Answers one call.
pub async fn handle(sqs: &Sqs, operation: &str, body: &Bytes) -> Answer {
    let outcome = match serde_json::from_slice::<Value>(body) {
        Ok(request) => dispatch(sqs, operation, &request).await,
        Err(error) => Err(Refusal("SerializationException", error.to_string())),
    };
    match outcome {
        Ok(value) => net::answer(StatusCode::OK, "application/x-amz-json-1.0", value.to_string()),
        Err(Refusal(kind, message)) => {
            let body = json!({"__type": format!("com.amazonaws.sqs#{kind}"), "message": message})
                .to_string();
            let mut answer =
                net::answer(StatusCode::BAD_REQUEST, "application/x-amz-json-1.0", body);
            // Older SDKs know the errors by the names of the query protocol.
            let old = if kind == "QueueDoesNotExist" {
                "AWS.SimpleQueueService.NonExistentQueue"
            } else {
                kind
            };
            if let Ok(value) = HeaderValue::from_str(&format!("{old};Sender")) {
                answer.headers_mut().insert("x-amzn-query-error", value);
            }
            answer
        }
    }
}

async fn dispatch(sqs: &Sqs, operation: &str, request: &Value) -> Outcome {
    match operation {
        "ListQueues" => return Ok(list(sqs, request)),
        "GetQueueUrl" => return queue_url(sqs, request),
        _ => {}
    }
    let live = find(sqs, text(request, "QueueUrl").unwrap_or_default())?;
    match operation {
        "SendMessage" => send(sqs, live, request).await,
        "SendMessageBatch" => send_batch(sqs, live, request).await,
        "ReceiveMessage" => receive(sqs, live, request).await,
        "DeleteMessage" => {
            let receipt = text(request, "ReceiptHandle").ok_or_else(|| missing("ReceiptHandle"))?;
            check_receipt(receipt)?;
            sqs.delete(live, receipt);
            Ok(json!({}))
        }
        "DeleteMessageBatch" => batch(request, |entry| {
            let receipt = text(entry, "ReceiptHandle").ok_or_else(|| missing("ReceiptHandle"))?;
            check_receipt(receipt)?;
            sqs.delete(live, receipt);
            Ok(())
        }),
        "ChangeMessageVisibility" => change(sqs, live, request).map(|()| json!({})),
        "ChangeMessageVisibilityBatch" => batch(request, |entry| change(sqs, live, entry)),
        "GetQueueAttributes" => Ok(queue_attributes(live, request)),
        "PurgeQueue" => {
            sqs.purge(live);
            Ok(json!({}))
        }
        other => {
            Err(Refusal("UnsupportedOperation", format!("the local stack does not do {other}")))
        }
    }
}

fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name).and_then(Value::as_str)
}

fn missing(name: &str) -> Refusal {
    Refusal("MissingParameter", format!("The request must contain the parameter {name}."))
}

fn find<'a>(sqs: &'a Sqs, url: &str) -> Result<&'a Arc<Live>, Refusal> {
    let name = url.rsplit('/').next().unwrap_or_default();
    sqs.queue(name).ok_or_else(|| {
        Refusal("QueueDoesNotExist", "The specified queue does not exist.".to_owned())
    })
}

fn url(name: &str) -> String {
    format!("https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{name}")
}

fn list(sqs: &Sqs, request: &Value) -> Value {
    let prefix = text(request, "QueueNamePrefix").unwrap_or_default();
    let urls: Vec<String> =
        sqs.queues.keys().filter(|name| name.starts_with(prefix)).map(|name| url(name)).collect();
    json!({ "QueueUrls": urls })
}

fn queue_url(sqs: &Sqs, request: &Value) -> Outcome {
    let name = text(request, "QueueName").ok_or_else(|| missing("QueueName"))?;
    find(sqs, name)?;
    Ok(json!({ "QueueUrl": url(name) }))
}

fn check_receipt(receipt: &str) -> Result<(), Refusal> {
    let valid = receipt
        .split_once('-')
        .is_some_and(|(seq, receive)| seq.parse::<u64>().is_ok() && receive.parse::<u64>().is_ok());
    if valid {
        Ok(())
    } else {
        Err(Refusal("ReceiptHandleIsInvalid", "The input receipt handle is invalid.".to_owned()))
    }
}

fn number(request: &Value, name: &str, max: u64) -> Result<Option<u64>, Refusal> {
    match request.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match value.as_u64() {
            Some(number) if number <= max => Ok(Some(number)),
            _ => Err(invalid(format!(
                "Value {value} for parameter {name} is invalid. Reason: Must be between 0 and {max}."
            ))),
        },
    }
}

/// One message from a request or a batch's entry, with the answer it will get.
fn message(live: &Live, entry: &Value) -> Result<(Message, Value), Refusal> {
    let body = text(entry, "MessageBody").ok_or_else(|| missing("MessageBody"))?;
    if body.is_empty() {
        return Err(invalid("The message must not be empty."));
    }
    let attributes = entry
        .get("MessageAttributes")
        .filter(|value| value.as_object().is_some_and(|map| !map.is_empty()));
    let length = body.len() + attributes.map_or(0, |value| value.to_string().len());
    if length > live.spec.message_bytes_max {
        return Err(invalid(format!(
            "One or more parameters are invalid. Reason: Message must be shorter than {} bytes.",
            live.spec.message_bytes_max
        )));
    }
    let delay_s = number(entry, "DelaySeconds", 900)?.unwrap_or(live.spec.delay_s);
    let now = clock::epoch_ms();
    let id = uuid::Uuid::new_v4().to_string();
    let mut answer = json!({"MessageId": id, "MD5OfMessageBody": format!("{:x}", md5::compute(body.as_bytes()))});
    if let Some(checksum) = attributes.and_then(attributes::md5) {
        answer["MD5OfMessageAttributes"] = checksum.into();
    }
    let message = Message {
        seq: 0,
        id: id.into(),
        body: body.into(),
        attributes: attributes.cloned().map(Arc::new),
        sent_at: now,
        first_received_at: 0,
        receive_count: 0,
        visible_at: now + delay_s * 1000,
    };
    Ok((message, answer))
}

async fn send(sqs: &Sqs, live: &Arc<Live>, request: &Value) -> Outcome {
    let (message, answer) = message(live, request)?;
    sqs.send(live, vec![message]).await.map_err(|error| Refusal("InternalError", error))?;
    Ok(answer)
}

fn entries(request: &Value) -> Result<&Vec<Value>, Refusal> {
    let entries =
        request.get("Entries").and_then(Value::as_array).filter(|all| !all.is_empty()).ok_or_else(
            || {
                Refusal(
                    "EmptyBatchRequest",
                    "There should be at least one entry in the request.".to_owned(),
                )
            },
        )?;
    if entries.len() > BATCH_MAX {
        return Err(Refusal(
            "TooManyEntriesInBatchRequest",
            format!("Maximum number of entries per request are {BATCH_MAX}."),
        ));
    }
    let mut ids: Vec<&str> = entries.iter().filter_map(|entry| text(entry, "Id")).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.len() != entries.len() {
        return Err(Refusal(
            "BatchEntryIdsNotDistinct",
            "Each entry needs an Id of its own.".to_owned(),
        ));
    }
    Ok(entries)
}

fn failed(entry: &Value, refusal: Refusal) -> Value {
    json!({"Id": entry.get("Id"), "Code": refusal.0, "Message": refusal.1, "SenderFault": true})
}

async fn send_batch(sqs: &Sqs, live: &Arc<Live>, request: &Value) -> Outcome {
    let entries = entries(request)?;
    let total: usize =
        entries.iter().filter_map(|entry| text(entry, "MessageBody")).map(str::len).sum();
    if total > live.spec.message_bytes_max {
        let limit = live.spec.message_bytes_max;
        return Err(Refusal(
            "BatchRequestTooLong",
            format!("Batch requests cannot be longer than {limit} bytes."),
        ));
    }
    let (mut messages, mut successful, mut refused) = (Vec::new(), Vec::new(), Vec::new());
    for entry in entries {
        match message(live, entry) {
            Ok((message, mut answer)) => {
                answer["Id"] = entry["Id"].clone();
                messages.push(message);
                successful.push(answer);
            }
            Err(refusal) => refused.push(failed(entry, refusal)),
        }
    }
    if !messages.is_empty() {
        sqs.send(live, messages).await.map_err(|error| Refusal("InternalError", error))?;
    }
    Ok(json!({"Successful": successful, "Failed": refused}))
}

fn batch(request: &Value, each: impl Fn(&Value) -> Result<(), Refusal>) -> Outcome {
    let (mut successful, mut refused) = (Vec::new(), Vec::new());
    for entry in entries(request)? {
        match each(entry) {
            Ok(()) => successful.push(json!({"Id": entry.get("Id")})),
            Err(refusal) => refused.push(failed(entry, refusal)),
        }
    }
    Ok(json!({"Successful": successful, "Failed": refused}))
}

fn change(sqs: &Sqs, live: &Live, entry: &Value) -> Result<(), Refusal> {
    let receipt = text(entry, "ReceiptHandle").ok_or_else(|| missing("ReceiptHandle"))?;
    check_receipt(receipt)?;
    let seconds = number(entry, "VisibilityTimeout", VISIBILITY_S_MAX)?
        .ok_or_else(|| missing("VisibilityTimeout"))?;
    if sqs.hide(live, receipt, seconds * 1000) {
        Ok(())
    } else {
        Err(Refusal("MessageNotInflight", "The message referred to isn't in flight.".to_owned()))
    }
}

async fn receive(sqs: &Sqs, live: &Arc<Live>, request: &Value) -> Outcome {
    let max = number(request, "MaxNumberOfMessages", BATCH_MAX as u64)?.unwrap_or(1);
    if max == 0 {
        return Err(invalid("MaxNumberOfMessages must be between 1 and 10."));
    }
    let visibility =
        number(request, "VisibilityTimeout", VISIBILITY_S_MAX)?.unwrap_or(live.spec.visibility_s);
    let wait = number(request, "WaitTimeSeconds", WAIT_S_MAX)?.unwrap_or(live.spec.wait_s);
    let until = Instant::now() + Duration::from_secs(wait);
    let max = usize::try_from(max).unwrap_or(1);
    loop {
        let changed = live.changed.notified();
        tokio::pin!(changed);
        changed.as_mut().enable();
        let (deliveries, next) = sqs.take(live, max, usize::MAX, Duration::from_secs(visibility));
        if !deliveries.is_empty() {
            let messages: Vec<Value> =
                deliveries.iter().map(|delivery| received(delivery, request)).collect();
            return Ok(json!({ "Messages": messages }));
        }
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(json!({}));
        }
        let next = next.map_or(left, |at| {
            Duration::from_millis(at.saturating_sub(clock::epoch_ms()).max(1)).min(left)
        });
        tokio::select! {
            () = changed => {}
            () = tokio::time::sleep(next) => {}
        }
    }
}

fn received(delivery: &Delivery, request: &Value) -> Value {
    let wants = |list: &str, name: &str| {
        request
            .get(list)
            .and_then(Value::as_array)
            .is_some_and(|all| all.iter().any(|one| one == "All" || one == name))
    };
    let mut message = json!({
        "MessageId": &*delivery.id,
        "ReceiptHandle": delivery.receipt,
        "Body": &*delivery.body,
        "MD5OfBody": format!("{:x}", md5::compute(delivery.body.as_bytes())),
    });
    let all = [
        ("ApproximateReceiveCount", delivery.receive_count.to_string()),
        ("SentTimestamp", delivery.sent_at.to_string()),
        ("ApproximateFirstReceiveTimestamp", delivery.first_received_at.to_string()),
        ("SenderId", "LOCAL".to_owned()),
    ];
    let system: Map<String, Value> = all
        .into_iter()
        .filter(|(name, _)| {
            wants("AttributeNames", name) || wants("MessageSystemAttributeNames", name)
        })
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect();
    if !system.is_empty() {
        message["Attributes"] = system.into();
    }
    if let Some(given) = delivery.attributes.as_deref().and_then(Value::as_object) {
        let wanted: Map<String, Value> = given
            .iter()
            .filter(|(name, _)| {
                wants("MessageAttributeNames", name) || wants("MessageAttributeNames", ".*")
            })
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        if let Some(checksum) = attributes::md5(&Value::Object(wanted.clone())) {
            message["MD5OfMessageAttributes"] = checksum.into();
            message["MessageAttributes"] = wanted.into();
        }
    }
    message
}

fn queue_attributes(live: &Live, request: &Value) -> Value {
    let (visible, in_flight, delayed) = live.state().counts(clock::epoch_ms());
    let spec = &live.spec;
    let mut all: Vec<(&str, String)> = vec![
        ("QueueArn", format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{}", spec.name)),
        ("ApproximateNumberOfMessages", visible.to_string()),
        ("ApproximateNumberOfMessagesNotVisible", in_flight.to_string()),
        ("ApproximateNumberOfMessagesDelayed", delayed.to_string()),
        ("VisibilityTimeout", spec.visibility_s.to_string()),
        ("DelaySeconds", spec.delay_s.to_string()),
        ("MessageRetentionPeriod", spec.retention_s.to_string()),
        ("ReceiveMessageWaitTimeSeconds", spec.wait_s.to_string()),
        ("MaximumMessageSize", spec.message_bytes_max.to_string()),
    ];
    if let Some((target, count)) = &spec.redrive {
        let arn = format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{target}");
        all.push((
            "RedrivePolicy",
            json!({"deadLetterTargetArn": arn, "maxReceiveCount": count}).to_string(),
        ));
    }
    let wanted = request.get("AttributeNames").and_then(Value::as_array);
    let attributes: Map<String, Value> = all
        .into_iter()
        .filter(|(name, _)| {
            wanted.is_some_and(|names| names.iter().any(|one| one == "All" || one == name))
        })
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect();
    json!({ "Attributes": attributes })
}
