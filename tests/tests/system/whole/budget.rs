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

/// A change of a room: look, take a number, commit, publish.
const CHANGE: &[(&str, Calls)] = &[
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
    Budget { function: "join_room", per_run: CHANGE },
    Budget { function: "add_member", per_run: CHANGE },
    Budget { function: "remove_member", per_run: CHANGE },
    Budget { function: "change_role", per_run: CHANGE },
    Budget { function: "silence_member", per_run: CHANGE },
    Budget { function: "unsilence_member", per_run: CHANGE },
    Budget { function: "ban_member", per_run: CHANGE },
    Budget {
        function: "unban_member",
        per_run: &[("BatchGetItem", Exactly(1)), ("TransactWriteItems", Exactly(1))],
    },
    Budget {
        function: "list_bans",
        per_run: &[("BatchGetItem", AtMost(2)), ("Query", Exactly(1))],
    },
    Budget {
        function: "set_notification_level",
        per_run: &[
            ("BatchGetItem", Exactly(1)),
            ("UpdateItem", Exactly(1)),
            ("SendMessage", Exactly(1)),
        ],
    },
    // The second read is for the people that a pin and its message name.
    Budget {
        function: "pin_message",
        per_run: &[
            ("BatchGetItem", Exactly(2)),
            ("UpdateItem", Exactly(1)),
            ("TransactWriteItems", Exactly(1)),
            ("SendMessage", Exactly(1)),
        ],
    },
    Budget { function: "unpin_message", per_run: CHANGE },
    Budget {
        function: "list_pins",
        per_run: &[("BatchGetItem", AtMost(3)), ("Query", Exactly(1))],
    },
    Budget {
        function: "create_invite",
        per_run: &[("BatchGetItem", Exactly(1)), ("TransactWriteItems", Exactly(1))],
    },
    Budget {
        function: "list_invites",
        per_run: &[("BatchGetItem", AtMost(3)), ("Query", Exactly(1))],
    },
    // The code says which room: that is a second read. Counting the lookup takes one write, or two.
    Budget {
        function: "get_invite",
        per_run: &[("BatchGetItem", Exactly(2)), ("UpdateItem", AtMost(2))],
    },
    Budget {
        function: "accept_invite",
        per_run: &[
            ("BatchGetItem", Exactly(2)),
            ("UpdateItem", AtMost(3)),
            ("TransactWriteItems", Exactly(1)),
            ("SendMessage", Exactly(1)),
        ],
    },
    Budget {
        function: "revoke_invite",
        per_run: &[("BatchGetItem", Exactly(2)), ("TransactWriteItems", Exactly(1))],
    },
    // To the purge queue, and to the members.
    Budget {
        function: "delete_room",
        per_run: &[
            ("BatchGetItem", Exactly(1)),
            ("TransactWriteItems", Exactly(1)),
            ("SendMessage", Exactly(2)),
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
pub fn check(function: &str, before: &Metrics, after: &Metrics, runs: u64) {
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
        // A process that starts reads the key that tokens are verified with, once.
        if operation == "GetItem" && *made <= 2 {
            continue;
        }
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
