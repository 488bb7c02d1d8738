//! Searching as tests do it: the index is a moment behind, so what must come is awaited, and that something
//! does not come is looked for behind a message that was sent later and has been found.

use crate::DEADLINE;
use crate::api::Api;
use crate::shape;
use crate::stack::Stack;
use crate::user::User;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Between two looks at what is awaited.
const PAUSE: Duration = Duration::from_millis(20);

impl User {
    /// One search; `query` without the question mark, already encoded.
    pub async fn search(&self, query: &str) -> Value {
        let found = self.get(&format!("/search?{query}")).await.ok(200);
        shape::search_results(&found);
        found
    }

    /// One search for a text; the contents found.
    pub async fn find(&self, q: &str) -> Vec<String> {
        found(&self.search(&format!("q={}", encoded(q))).await)
    }

    /// One search for a text within a room; the contents found.
    pub async fn find_in(&self, room: &str, q: &str) -> Vec<String> {
        found(&self.search(&format!("room_id={room}&limit=50&q={}", encoded(q))).await)
    }

    /// Searches within a room until that finds exactly these contents.
    pub async fn expect_found(&self, room: &str, q: &str, contents: &[&str]) {
        let begun = Instant::now();
        loop {
            let found = self.find_in(room, q).await;
            if found == contents {
                return;
            }
            assert!(begun.elapsed() < DEADLINE, "{q:?} still finds {found:?}, not {contents:?}");
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Sends a last message and waits until it is found: what was written before it is in the index too.
    pub async fn settle(&self, room: &str) {
        let fence = format!("fence{}", uuid::Uuid::now_v7().simple());
        let message = self.send(room, &fence).await;
        self.expect_found(room, &format!("\"{fence}\""), &[&fence]).await;
        let path = format!("/messages/{}", message["id"].as_str().unwrap_or_default());
        self.delete(&path).await.ok(200);
        self.expect_found(room, &format!("\"{fence}\""), &[]).await;
    }
}

impl Stack {
    /// Waits until a function has been invoked so often since the start; more is an error.
    pub async fn expect_invoked(&self, function: &str, times: u64) {
        let begun = Instant::now();
        loop {
            let counts = self.metrics().await.raw;
            let made = counts["functions"][function]["invocations"].as_u64().unwrap_or(0);
            if made == times {
                return;
            }
            assert!(made < times, "{function} was invoked {made} times, not {times}");
            assert!(begun.elapsed() < DEADLINE, "{function} was invoked {made} times only");
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Waits until the index itself holds nothing of a room.
    pub async fn expect_index_without(&self, room: &str) {
        let api = Api::new(self.aws());
        let query = json!({"query": {"term": {"room": room}}, "size": 10});
        let path = "/opensearch/SearchDomain/messages/_search";
        let begun = Instant::now();
        loop {
            let held = api.call("POST", path, None, query.clone()).await.ok(200);
            if held["hits"]["hits"] == json!([]) {
                return;
            }
            assert!(begun.elapsed() < DEADLINE, "the index still holds {held}");
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// The contents of results, in their order.
pub fn found(results: &Value) -> Vec<String> {
    let list = results["results"].as_array().cloned().unwrap_or_default();
    let content = |one: &Value| one["message"]["content"].as_str().unwrap_or_default().to_owned();
    list.iter().map(content).collect()
}

/// A text as the value of a query parameter.
pub fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
            char::from(byte).to_string()
        }
        other => format!("%{other:02X}"),
    };
    text.bytes().map(byte).collect()
}
