//! Bounded work: how many AWS calls each side of a conversation with another server makes.

use super::acquainted;
use parlance_tests::metrics::Metrics;
use parlance_tests::peer::Peer;
use parlance_tests::prelude::*;

/// Messages counted in each direction.
const ROUNDS: u64 = 10;

/// The function, and its calls for one message. What is not named must not be called.
const BUDGETS: [(&str, &[(&str, u64)]); 3] = [
    // Whose call it is (two reads), what is there, whether it was heard before; then the send itself; then what the call
    // says of its maker.
    (
        "directchat_send",
        &[
            ("BatchGetItem", 3),
            ("GetItem", 1),
            ("PutItem", 1),
            ("UpdateItem", 2),
            ("TransactWriteItems", 1),
            ("SendMessage", 1),
        ],
    ),
    // The turn, the room, its events since (two queries), then what was taken, the mark of delivery and the end of the turn.
    (
        "directchat_dispatch",
        &[
            ("UpdateItem", 3),
            ("BatchGetItem", 1),
            ("Query", 2),
            ("TransactWriteItems", 1),
            ("SendMessage", 1),
        ],
    ),
    ("directchat_list_contacts", &[("BatchGetItem", 2), ("Query", 1)]),
];

fn check(function: &str, before: &Metrics, after: &Metrics, runs: u64) {
    let (_, budget) = BUDGETS.iter().find(|(name, _)| *name == function).unwrap();
    let calls = after.calls_since(before, function);
    for (operation, made) in &calls {
        // A process that starts reads the key that tokens are verified with, once.
        let first = if operation == "GetItem" { 2 } else { 0 };
        let allowed =
            budget.iter().find(|(name, _)| name == operation).map_or(0, |(_, each)| each * runs);
        assert!(
            *made <= allowed + first,
            "{function}: {operation} {made} times in {runs} runs, {allowed} allowed; all: {calls:?}"
        );
    }
    assert!(!calls.is_empty(), "{function} was counted");
}

#[tokio::test]
async fn each_side_keeps_to_its_calls() {
    let stack = Stack::start(Options::new().roomy().peering());
    let alice = stack.user().await;
    let bea = Peer::start("Bea").await;
    let room = acquainted(&alice, &bea).await;
    alice.contacts().await;
    // What was set off by the beginning is over when one more message has come and gone.
    bea.say(&alice, "ready").await;
    alice.send(&room, "steady").await;
    bea.heard("chat", "steady").await;

    let before = stack.metrics().await;
    for number in 0..ROUNDS {
        bea.say(&alice, &format!("in {number}")).await;
        alice.contacts().await;
    }
    let middle = stack.metrics().await;
    check("directchat_send", &before, &middle, ROUNDS);
    check("directchat_list_contacts", &before, &middle, ROUNDS);

    for number in 0..ROUNDS {
        let text = format!("out {number}");
        alice.send(&room, &text).await;
        bea.heard("chat", &text).await;
    }
    let after = stack.metrics().await;
    check("directchat_dispatch", &middle, &after, ROUNDS);
}
