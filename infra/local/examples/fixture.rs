//! The function program of this package's own tests: speaks the Runtime API over a plain socket, and
//! does what its name (`argv[0]`) and its event say.

#![allow(clippy::expect_used, reason = "a test's program")]

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

fn main() {
    let api = std::env::var("AWS_LAMBDA_RUNTIME_API").expect("is a function");
    let name = std::env::args().next().unwrap_or_default();
    let name = name.rsplit('/').next().unwrap_or_default().to_owned();
    if name == "broken" {
        eprintln!("cannot start");
        std::process::exit(1);
    }
    let mut connection = Connection::new(&api);
    println!("{name} is up");
    loop {
        let (headers, event) =
            connection.exchange("GET", "/2018-06-01/runtime/invocation/next", b"");
        let id = headers
            .iter()
            .find_map(|line| {
                line.to_ascii_lowercase()
                    .strip_prefix("lambda-runtime-aws-request-id: ")
                    .map(str::to_owned)
            })
            .expect("an invocation has an id");
        let event: Value = serde_json::from_slice(&event).expect("events are JSON");
        println!("{name} works");
        let (verb, answer) = match answer(&name, &event) {
            Ok(answer) => ("response", answer),
            Err(message) => {
                ("error", json!({"errorMessage": message, "errorType": "Error"}).to_string())
            }
        };
        connection.exchange(
            "POST",
            &format!("/2018-06-01/runtime/invocation/{id}/{verb}"),
            answer.as_bytes(),
        );
    }
}

fn answer(name: &str, event: &Value) -> Result<String, String> {
    match name {
        "authorizer" => authorize(event),
        "worker" => Ok(work(event)),
        "recorder" => {
            record(event);
            Ok("{}".to_owned())
        }
        "picky" => {
            let keys = |record: &Value| record.pointer("/dynamodb/Keys/PK/S").cloned();
            let records = event["Records"].as_array().cloned().unwrap_or_default();
            if records.iter().any(|record| keys(record) == Some("keep-bad".into())) {
                return Err("on purpose".to_owned());
            }
            record(&json!({"by": name, "Records": records}));
            Ok("{}".to_owned())
        }
        _ if event.pointer("/requestContext/connectionId").is_some() => socket(name, event),
        _ => http(event),
    }
}

fn http(event: &Value) -> Result<String, String> {
    let query = |name: &str| {
        event.pointer(&format!("/queryStringParameters/{name}")).and_then(Value::as_str)
    };
    if let Some(ms) = query("sleep_ms") {
        std::thread::sleep(Duration::from_millis(ms.parse().unwrap_or(0)));
    }
    match query("do") {
        Some("crash") => std::process::exit(3),
        Some("error") => Err("on purpose".to_owned()),
        Some("raw") => Ok(event["body"].as_str().unwrap_or_default().to_owned()),
        Some("pid") => Ok(json!({"statusCode": 200, "body": std::process::id().to_string()}).to_string()),
        Some("large") => Ok(json!({"statusCode": 200, "body": "x".repeat(7 * 1024 * 1024)}).to_string()),
        _ => Ok(json!({"statusCode": 200, "headers": {"content-type": "application/json"}, "cookies": ["a=b"],
                       "body": event.to_string()}).to_string()),
    }
}

fn authorize(event: &Value) -> Result<String, String> {
    let token =
        event.pointer("/queryStringParameters/token").and_then(Value::as_str).unwrap_or_default();
    let effect = match token {
        "good" => "Allow",
        "denied" => "Deny",
        _ => return Err("Unauthorized".to_owned()),
    };
    Ok(json!({"principalId": "p", "context": {"user_id": "u1", "level": 3},
              "policyDocument": {"Statement": [{"Effect": effect, "Action": "execute-api:Invoke", "Resource": "*"}]}})
    .to_string())
}

fn socket(name: &str, event: &Value) -> Result<String, String> {
    record(event);
    let body: Value = event["body"]
        .as_str()
        .and_then(|body| serde_json::from_str(body).ok())
        .unwrap_or(Value::Null);
    if body["do"] == "error" {
        return Err("on purpose".to_owned());
    }
    if name == "socket_connect" {
        let refuse = event.pointer("/queryStringParameters/refuse").is_some();
        return Ok(json!({"statusCode": if refuse { 418 } else { 200 },
                         "headers": {"Sec-WebSocket-Protocol": "bearer"}})
        .to_string());
    }
    Ok(json!({"statusCode": 200, "body": json!({"from": name, "event": event}).to_string()})
        .to_string())
}

/// Fails the messages that say so; dies once for one that says so.
fn work(event: &Value) -> String {
    let now_us = std::time::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_micros());
    let sent_us =
        |record: &Value| record["body"].as_str()?.strip_prefix("sent_us ")?.parse::<u128>().ok();
    match event.pointer("/Records/0").and_then(sent_us) {
        Some(sent) => {
            record(&json!({"took_us": u64::try_from(now_us.saturating_sub(sent)).unwrap_or(0)}))
        }
        None => record(event),
    }
    let records = event["Records"].as_array().cloned().unwrap_or_default();
    let mut failures = Vec::new();
    for record in records {
        match record["body"].as_str() {
            Some("fail") => failures.push(json!({"itemIdentifier": record["messageId"]})),
            Some("die once") if record["attributes"]["ApproximateReceiveCount"] == "1" => {
                std::process::exit(4)
            }
            _ => {}
        }
    }
    json!({ "batchItemFailures": failures }).to_string()
}

fn record(event: &Value) {
    let path = std::env::var("OUT").expect("OUT is set");
    let mut file = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .expect("OUT can be written");
    file.write_all(format!("{event}\n").as_bytes()).expect("OUT can be written");
}

struct Connection {
    host: String,
    reader: BufReader<TcpStream>,
}

impl Connection {
    fn new(host: &str) -> Self {
        let stream = TcpStream::connect(host).expect("the Runtime API answers");
        stream.set_nodelay(true).expect("a socket");
        Self { host: host.to_owned(), reader: BufReader::new(stream) }
    }

    fn exchange(&mut self, method: &str, path: &str, body: &[u8]) -> (Vec<String>, Vec<u8>) {
        let mut request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nContent-Length: {}\r\n\r\n",
            self.host,
            body.len()
        )
        .into_bytes();
        request.extend_from_slice(body);
        let stream = self.reader.get_mut();
        if stream.write_all(&request).is_err() {
            std::process::exit(0);
        }
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            if self.reader.read_line(&mut line).unwrap_or(0) == 0 {
                std::process::exit(0);
            }
            let line = line.trim_end().to_owned();
            if line.is_empty() {
                break;
            }
            headers.push(line);
        }
        let length = headers
            .iter()
            .find_map(|line| {
                line.to_ascii_lowercase()
                    .strip_prefix("content-length: ")
                    .and_then(|n| n.parse().ok())
            })
            .unwrap_or(0);
        let mut body = vec![0; length];
        self.reader.read_exact(&mut body).expect("a whole body");
        (headers, body)
    }
}
