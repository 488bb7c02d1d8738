//! Bounded work: how many AWS calls each frame makes, and what a message costs the worker.

use parlance_tests::cadmium::{Cadmium, READ, TYPING, entity};
use parlance_tests::metrics::Metrics;
use parlance_tests::prelude::*;

const ROUNDS: u64 = 10;

/// Calls per run, at most; what is not named must not be called.
const BUDGETS: &[(&str, &[(&str, u64)])] = &[
    // Who speaks, and the room of the pair; who has the name, and everything the send decides on; the number,
    // the end of typing, the sign of life; the message; the event.
    (
        "cadmium_message",
        &[
            ("GetItem", 2),
            ("BatchGetItem", 2),
            ("UpdateItem", 3),
            ("TransactWriteItems", 1),
            ("SendMessage", 1),
        ],
    ),
    (
        "cadmium_read",
        &[("GetItem", 2), ("BatchGetItem", 2), ("UpdateItem", 1), ("Query", 1), ("SendMessage", 2)],
    ),
    // Two of the three updates are the bucket's. Most frames are not told: one in three seconds is.
    (
        "cadmium_typing",
        &[("GetItem", 2), ("BatchGetItem", 2), ("UpdateItem", 3), ("Query", 1), ("SendMessage", 1)],
    ),
];

fn over(budget: &[(&str, u64)], before: &Metrics, after: &Metrics, function: &str) -> Vec<String> {
    let calls = after.calls_since(before, function);
    assert!(!calls.is_empty(), "{function} made no calls");
    let most = |name: &str| {
        budget.iter().find(|(call, _)| *call == name).map_or(0, |(_, most)| most * ROUNDS)
    };
    let over = calls.iter().filter(|(name, made)| **made > most(name));
    over.map(|(name, made)| {
        format!("{function}: {name} {made} in {ROUNDS} runs, at most {}", most(name))
    })
    .collect()
}

#[tokio::test]
async fn frames_keep_to_their_calls() {
    let stack = Stack::start(Options::new().roomy());
    let [user, peer] = stack.users().await;
    let (client, theirs) = (Cadmium::of(&stack, &user).await, Cadmium::of(&stack, &peer).await);
    // The first time around each process learns the public key, and the room is opened.
    let round = async |number: u64| {
        let text = format!("round {number}");
        let id = client.say(&peer, &text).await;
        theirs.text(&text).await;
        theirs.yes(READ, json!([entity(&user)]), json!({"messageID": id})).await;
        client.push(READ, |payload| payload["messageID"] == id).await;
        client.yes(TYPING, json!([entity(&peer)]), json!({})).await;
    };
    round(0).await;
    let before = stack.metrics().await;
    for number in 1..=ROUNDS {
        round(number).await;
    }
    let after = stack.metrics().await;
    let wrong: Vec<String> = BUDGETS
        .iter()
        .flat_map(|(function, budget)| over(budget, &before, &after, function))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // The worker: messages and reads, each posted once, and typing once a second.
    let posts = after.calls_since(&before, "cadmium_deliver")["PostToConnection"];
    assert!(posts >= 2 * ROUNDS, "{posts}");
}
