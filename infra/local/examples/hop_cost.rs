//! What one hop costs: start the stack on `tests/stack/template.yaml` with release programs, then
//! `cargo run --release --example hop_cost -- READY_FILE`. Plain sockets, one request at a time.

#![allow(clippy::expect_used, reason = "a measuring tool")]

use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

const ROUNDS: usize = 3000;

fn main() {
    let path = std::env::args().nth(1).expect("the ready file");
    let ready: Value =
        serde_json::from_slice(&std::fs::read(&path).expect("readable")).expect("JSON");
    let host = |name: &str| {
        ready[name].as_str().expect("an address").trim_start_matches("http://").to_owned()
    };
    let http = host("http");
    measure(
        "HTTP request that no route takes (gateway alone)",
        &http,
        "GET /nothing HTTP/1.1",
        "",
        "",
    );
    measure("HTTP request -> function -> answer", &http, "GET /echo HTTP/1.1", "", "");
    let aws = "x-amz-date: 20261120T000000Z\r\nauthorization: AWS4-HMAC-SHA256 Credential=LOCALbench/20261120/us-east-1/any/aws4_request, SignedHeaders=host, Signature=00\r\ncontent-type: application/x-amz-json-1.0\r\n";
    let target = |name: &str| format!("{aws}x-amz-target: {name}\r\n");
    let item = json!({"TableName": "Table", "Item": {"PK": {"S": "bench"}, "text": {"S": "x".repeat(200)}}}).to_string();
    measure(
        "DynamoDB PutItem (durable)",
        &host("dynamodb"),
        "POST / HTTP/1.1",
        &target("DynamoDB_20120810.PutItem"),
        &item,
    );
    let key = json!({"TableName": "Table", "Key": {"PK": {"S": "bench"}}}).to_string();
    measure(
        "DynamoDB GetItem",
        &host("dynamodb"),
        "POST / HTTP/1.1",
        &target("DynamoDB_20120810.GetItem"),
        &key,
    );
    let send = json!({"QueueUrl": "Plain", "MessageBody": "x".repeat(200)}).to_string();
    measure(
        "SQS SendMessage (committed)",
        &host("aws"),
        "POST / HTTP/1.1",
        &target("AmazonSQS.SendMessage"),
        &send,
    );
    let mut connection = TcpStream::connect(host("aws")).expect("connected");
    connection.set_nodelay(true).expect("a socket");
    for _ in 0..500 {
        let now = std::time::UNIX_EPOCH.elapsed().expect("a clock").as_micros();
        let body =
            json!({"QueueUrl": "Queue", "MessageBody": format!("sent_us {now}")}).to_string();
        exchange(&mut connection, "POST / HTTP/1.1", &target("AmazonSQS.SendMessage"), &body);
        std::thread::sleep(Duration::from_millis(3));
    }
    println!("SQS send -> function start: see took_us in the recorder's file");
}

fn measure(what: &str, host: &str, line: &str, headers: &str, body: &str) {
    let mut connection = TcpStream::connect(host).expect("connected");
    connection.set_nodelay(true).expect("a socket");
    let mut took: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let since = Instant::now();
            exchange(&mut connection, line, headers, body);
            since.elapsed()
        })
        .collect();
    took.drain(..200);
    took.sort_unstable();
    let at = |share: usize| took[took.len() * share / 100].as_micros();
    println!("{what}: p50 {} us, p95 {} us, p99 {} us", at(50), at(95), at(99));
}

fn exchange(connection: &mut TcpStream, line: &str, headers: &str, body: &str) {
    let request =
        format!("{line}\r\nhost: local\r\n{headers}content-length: {}\r\n\r\n{body}", body.len());
    connection.write_all(request.as_bytes()).expect("sent");
    let mut buffer = vec![0; 64 * 1024];
    let mut have = 0;
    loop {
        have += connection.read(&mut buffer[have..]).expect("received");
        let Some(end) = buffer[..have].windows(4).position(|four| four == b"\r\n\r\n") else {
            continue;
        };
        let head = String::from_utf8_lossy(&buffer[..end]).to_ascii_lowercase();
        let length: usize = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: ")?.parse().ok())
            .unwrap_or(0);
        if have >= end + 4 + length {
            return;
        }
    }
}
