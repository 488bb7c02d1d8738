//! Bounded work: the AWS calls of what is done most often over this face. A send and a page cost one read more than
//! over our own routes: that the room is direct is looked at first.

use parlance_tests::metrics::Metrics;
use parlance_tests::pleroma::{CHATS, Client};
use parlance_tests::prelude::*;
use std::collections::BTreeMap;

const ROUNDS: u64 = 10;

/// Calls of one run at the most; what is not named must not be called.
type Budget = (&'static str, &'static [(&'static str, u64)]);

const BUDGETS: &[Budget] = &[
    (
        "pleroma_send_message",
        &[("BatchGetItem", 2), ("UpdateItem", 1), ("TransactWriteItems", 1), ("SendMessage", 1)],
    ),
    ("pleroma_list_messages", &[("BatchGetItem", 3), ("Query", 1)]),
    // The rooms of a user, of which those that are chats are shown.
    ("pleroma_list_chats", &[("BatchGetItem", 4), ("Query", 1)]),
    ("pleroma_get_chat", &[("BatchGetItem", 3)]),
    // A message is loaded once, whoever of the two hears of it; its notification for who is notified.
    (
        "pleroma_deliver",
        &[
            ("BatchGetItem", 4),
            ("Query", 1),
            ("UpdateItem", 1),
            ("SendMessage", 1),
            ("PostToConnection", 3),
        ],
    ),
];

#[tokio::test]
async fn every_use_case_keeps_to_its_calls() {
    let stack = Stack::start(Options::new().roomy());
    let [ann, bob] = stack.users().await;
    let (ann, bob) = (Client::of(&ann).await, Client::of(&bob).await);
    let chat = ann.chat(&bob.user).await;
    let (own, live) = (ann.live("?stream=user:pleroma_chat").await, bob.live("?stream=user").await);
    let mut before: Option<Metrics> = None;
    // The first time around each process learns the public key.
    for number in 0..=ROUNDS {
        if number == 1 {
            before = Some(stack.metrics().await);
        }
        let content = number.to_string();
        ann.send(&chat, &content).await;
        own.update(&content).await;
        live.update(&content).await;
        let about = |frame: &Value| frame["payload"]["chat_message"]["content"] == content.as_str();
        live.expect(|frame| frame["event"] == "notification" && about(frame)).await;
        assert_eq!(bob.contents(&chat, "limit=5").await[0], content);
        bob.get(CHATS).await.ok(200);
        bob.get(&format!("{CHATS}/{chat}")).await.ok(200);
    }
    let (before, after) = (before.unwrap(), stack.metrics().await);
    for (function, allowed) in BUDGETS {
        let allowed: BTreeMap<&str, u64> = allowed.iter().copied().collect();
        let runs = after.invocations_since(&before, function);
        assert!(runs > 0, "{function} ran");
        for (operation, calls) in after.calls_since(&before, function) {
            // A second process may start meanwhile, which reads the key that tokens are verified with.
            let key = if operation == "GetItem" { 2 } else { 0 };
            let most = allowed.get(operation.as_str()).copied().unwrap_or(0) * ROUNDS + key;
            assert!(calls <= most, "{function}: {calls} × {operation}, at most {most}");
        }
    }
}
