//! Bounded work: how many AWS calls each use case makes. The numbers are part of the design
//! (`docs/architecture.md`); whoever changes one changes the table and says why.

use parlance_tests::metrics::Metrics;
use parlance_tests::prelude::*;
use std::collections::BTreeMap;

/// How often each use case is run before counting.
const ROUNDS: u64 = 20;
/// Members of the room, and live connections of all of them together.
const MEMBERS: usize = 4;
const CONNECTIONS: u64 = 6;

/// How a count is compared with the table.
#[derive(Clone, Copy)]
enum Calls {
    Exactly(u64),
    AtMost(u64),
}
use Calls::{AtMost, Exactly};

/// One use case: the function, and its calls per run. What is not named must not be called.
struct Budget {
    function: &'static str,
    per_run: &'static [(&'static str, Calls)],
}

const SEND: &[(&str, Calls)] = &[
    ("BatchGetItem", Exactly(1)),
    ("UpdateItem", Exactly(1)),
    ("TransactWriteItems", Exactly(1)),
    ("SendMessage", Exactly(1)),
];

const BUDGETS: &[Budget] = &[
    Budget { function: "send_message", per_run: SEND },
    Budget { function: "socket_send_message", per_run: SEND },
    Budget {
        function: "list_messages",
        per_run: &[("BatchGetItem", AtMost(2)), ("Query", Exactly(1))],
    },
    Budget {
        function: "list_thread",
        per_run: &[("BatchGetItem", AtMost(3)), ("Query", Exactly(1))],
    },
    Budget {
        function: "list_edits",
        per_run: &[("BatchGetItem", Exactly(1)), ("Query", AtMost(1))],
    },
    Budget { function: "list_reactions", per_run: &[("BatchGetItem", AtMost(2))] },
    Budget {
        function: "list_receipts",
        per_run: &[("BatchGetItem", AtMost(2)), ("Query", Exactly(1))],
    },
    Budget {
        function: "read_room",
        per_run: &[
            ("BatchGetItem", AtMost(2)),
            ("Query", AtMost(2)),
            ("UpdateItem", AtMost(1)),
            ("SendMessage", AtMost(2)),
        ],
    },
    Budget {
        function: "mark_unread",
        per_run: &[
            ("BatchGetItem", Exactly(1)),
            ("Query", Exactly(2)),
            ("UpdateItem", Exactly(1)),
            ("SendMessage", Exactly(1)),
        ],
    },
    Budget {
        function: "edit_message",
        per_run: &[
            ("BatchGetItem", Exactly(3)),
            ("UpdateItem", Exactly(1)),
            ("TransactWriteItems", Exactly(1)),
            ("SendMessage", Exactly(1)),
        ],
    },
    Budget {
        function: "deliver",
        per_run: &[
            ("Query", Exactly(1)),
            ("BatchGetItem", Exactly(1)),
            ("PostToConnection", Exactly(CONNECTIONS)),
        ],
    },
];

/// Asserts a use case's calls between two moments; `runs` is how often it ran.
fn check(function: &str, before: &Metrics, after: &Metrics, runs: u64) {
    let budget = BUDGETS.iter().find(|budget| budget.function == function).expect("a budget");
    let calls: BTreeMap<String, u64> = after.calls_since(before, function);
    for (operation, allowed) in budget.per_run {
        let made = calls.get(*operation).copied().unwrap_or(0);
        let fits = match allowed {
            Exactly(count) => made == count * runs,
            AtMost(count) => made <= count * runs,
        };
        let allowed = match allowed {
            Exactly(count) => format!("exactly {count}"),
            AtMost(count) => format!("at most {count}"),
        };
        assert!(
            fits,
            "{function}: {operation} {made} times in {runs} runs, {allowed} each; all: {calls:?}"
        );
    }
    for (operation, made) in &calls {
        assert!(
            budget.per_run.iter().any(|(name, _)| name == operation),
            "{function}: {operation} {made} times, not in its budget"
        );
    }
}

#[tokio::test]
async fn each_use_case_keeps_to_its_calls() {
    let stack = Stack::start(Options::new().roomy());
    let people = stack.crowd(MEMBERS).await;
    let (sender, others) = people.split_first().unwrap();
    let room = sender.make_room("public", "Tea").await;
    for other in others {
        other.join(&room).await;
    }
    let mut sockets = vec![];
    for index in 0..usize::try_from(CONNECTIONS).unwrap() {
        sockets.push(Socket::connect(&people[index % MEMBERS]).await);
    }
    // Once around, so that what connecting and joining set off is over.
    round(sender, &sockets, &room, "settled", false).await;

    let before = stack.metrics().await;
    for number in 0..ROUNDS {
        round(sender, &sockets, &room, &format!("by REST {number}"), false).await;
    }
    let middle = stack.metrics().await;
    check("send_message", &before, &middle, ROUNDS);
    check("deliver", &before, &middle, ROUNDS);

    for number in 0..ROUNDS {
        round(sender, &sockets, &room, &format!("by socket {number}"), true).await;
    }
    let after = stack.metrics().await;
    check("socket_send_message", &middle, &after, ROUNDS);
    check("deliver", &middle, &after, ROUNDS);

    let messages = ids(&sender.page(&room, "limit=10").await);
    let before = stack.metrics().await;
    let queries = [
        "limit=10".to_owned(),
        format!("limit=5&before={}", messages[3]),
        format!("limit=5&after={}", messages[9]),
    ];
    for query in &queries {
        sender.page(&room, query).await;
    }
    check("list_messages", &before, &stack.metrics().await, u64::try_from(queries.len()).unwrap());
}

#[tokio::test]
async fn what_surrounds_a_message_keeps_to_its_calls() {
    let stack = Stack::start(Options::new().roomy());
    let [alice, bob] = stack.users().await;
    let room = alice.room_with(&[&bob]).await;
    // Once around before it counts: a process reads the public key of tokens when it is first asked.
    for counted in [false, true] {
        let since = stack.metrics().await;
        let check = async |stem: &str, since: &Metrics| {
            if counted {
                check(stem, since, &stack.metrics().await, 1);
            }
        };
        // A reply that names somebody costs what any message costs.
        let root = alice.send(&room, "root").await;
        let before = stack.metrics().await;
        let text = format!("@{} hi", alice.name);
        let reply = json!({"content": text, "parent_message_id": root["id"]});
        let reply = bob.send_as(&room, reply).await;
        check("send_message", &before).await;
        assert_eq!(reply["mentions"], json!([alice.id]));
        let path = format!("/messages/{}", root["id"].as_str().unwrap());
        alice.put(&path, json!({"content": "the root"})).await.ok(200);
        check("edit_message", &since).await;
        bob.post(&format!("{path}/reactions"), json!({"emoji": "👍"})).await.ok(201);
        for (stem, what) in [
            ("list_thread", "thread"),
            ("list_edits", "history"),
            ("list_reactions", "reactions"),
            ("list_receipts", "receipts"),
        ] {
            alice.get(&format!("{path}/{what}")).await.ok(200);
            check(stem, &since).await;
        }
        alice.poke(&format!("/rooms/{room}/read")).await.ok(200);
        check("read_room", &since).await;
        let unread = json!({"message_id": reply["id"]});
        alice.post(&format!("/rooms/{room}/unread"), unread).await.ok(200);
        check("mark_unread", &since).await;
    }
}

/// One message, awaited on every socket, so that no two share a delivery.
async fn round(sender: &User, sockets: &[Socket], room: &str, text: &str, by_socket: bool) {
    if by_socket {
        sockets[0].ack(json!({"type": "send_message", "room_id": room, "content": text})).await;
    } else {
        sender.send(room, text).await;
    }
    for socket in sockets {
        socket.expect_message(room, text).await;
    }
}
