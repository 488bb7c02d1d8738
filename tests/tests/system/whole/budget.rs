//! Bounded work: how many AWS calls each use case makes, and how many units of DynamoDB it consumes. The numbers are part of the design
//! (`docs/architecture.md`); whoever changes one changes the table and says why.

use parlance_tests::metrics::Metrics;
use parlance_tests::prelude::*;
use parlance_tests::push::{Browser, PushService};
use std::collections::BTreeMap;

/// How often each use case is run before counting.
const ROUNDS: u64 = 20;
/// Members of the room, and live connections of all of them together.
const MEMBERS: usize = 4;
const CONNECTIONS: u64 = 6;
/// Messages that a search finds.
const FOUND: u64 = 5;

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
    // At most one write a minute: those of the same minute are refused by their condition.
    Budget { function: "socket_ping", per_run: &[("UpdateItem", Exactly(1))] },
    Budget {
        function: "list_notifications",
        per_run: &[("BatchGetItem", AtMost(3)), ("Query", Exactly(2)), ("GetItem", Exactly(1))],
    },
    // With one room in which something has happened within the last minute: two queries for it.
    Budget {
        function: "bootstrap",
        per_run: &[("BatchGetItem", AtMost(9)), ("Query", AtMost(6)), ("GetItem", Exactly(1))],
    },
    Budget {
        function: "sync",
        per_run: &[("BatchGetItem", AtMost(6)), ("Query", AtMost(4)), ("GetItem", Exactly(1))],
    },
    Budget { function: "send_message", per_run: SEND },
    Budget { function: "socket_send_message", per_run: SEND },
    Budget {
        function: "list_messages",
        per_run: &[("BatchGetItem", AtMost(2)), ("Query", Exactly(1))],
    },
    // By round trips: who and where (BatchGetItem, Query and the bucket's UpdateItem side by side); the index; the
    // hits; their neighbours (two Queries each); the people they name.
    Budget {
        function: "search",
        per_run: &[
            ("BatchGetItem", Exactly(3)),
            ("UpdateItem", AtMost(2)),
            ("Query", Exactly(1 + 2 * FOUND)),
            ("search", Exactly(1)),
        ],
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
            ("UpdateItem", AtMost(3)),
            ("TransactWriteItems", Exactly(1)),
            ("SendMessage", Exactly(1)),
        ],
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

/// Every S3 operation of ours by its HTTP method, which is how the stack counts them. One picture has its
/// own bytes and a thumbnail.
const FILE_BUDGETS: &[Budget] = &[
    Budget {
        function: "upload_attachment",
        per_run: &[
            ("BatchGetItem", Exactly(1)),
            ("PutItem", Exactly(1)),
            ("UpdateItem", Exactly(2)),
            ("PUT", Exactly(2)),
        ],
    },
    Budget {
        function: "get_attachment",
        per_run: &[("BatchGetItem", Exactly(2)), ("GET", Exactly(1))],
    },
    Budget { function: "send_message", per_run: SEND },
    Budget {
        function: "delete_message",
        per_run: &[
            ("BatchGetItem", Exactly(2)),
            ("UpdateItem", Exactly(1)),
            ("TransactWriteItems", Exactly(1)),
            ("SendMessage", Exactly(1)),
            ("DELETE", Exactly(2)),
            ("DeleteItem", Exactly(1)),
        ],
    },
];

#[tokio::test]
async fn files_keep_to_their_calls() {
    let stack = Stack::start(Options::new().roomy());
    let user = stack.user().await;
    let room = user.make_room("public", "Tea").await;
    let picture = parlance_tests::files::png(40, 40);
    // Once around: the first request of a process reads the public key.
    for warm in [true, false] {
        let before = stack.metrics().await;
        let runs = if warm { 1 } else { ROUNDS };
        for _ in 0..runs {
            let file = user.upload("a.png", &picture).await;
            let sent = user.send_files(&room, "", &[&file]).await;
            assert_eq!(user.open(&file, "").await.status, 200);
            user.delete(&format!("/messages/{}", sent["id"].as_str().unwrap())).await.ok(200);
        }
        if !warm {
            let after = stack.metrics().await;
            for budget in FILE_BUDGETS {
                check_with(budget, &before, &after, runs);
            }
        }
    }
}

/// People and moderation. A bucket takes one `UpdateItem`, in a run of requests two.
const PEOPLE_BUDGETS: &[Budget] = &[
    Budget {
        function: "block_user",
        per_run: &[
            ("BatchGetItem", Exactly(1)),
            ("Query", Exactly(1)),
            ("GetItem", Exactly(1)),
            ("TransactWriteItems", Exactly(1)),
            ("SendMessage", Exactly(1)),
        ],
    },
    Budget {
        function: "report_message",
        per_run: &[
            ("BatchGetItem", Exactly(1)),
            ("UpdateItem", AtMost(2)),
            ("PutItem", Exactly(1)),
            ("Query", Exactly(1)),
            // To those who review it; of the owner's message nobody in this room.
            ("SendMessage", AtMost(1)),
        ],
    },
    Budget {
        function: "get_user",
        per_run: &[("BatchGetItem", Exactly(2)), ("Query", Exactly(2))],
    },
    Budget {
        function: "list_audit",
        per_run: &[("BatchGetItem", AtMost(2)), ("Query", Exactly(1))],
    },
];

#[tokio::test]
async fn people_and_moderators_keep_to_theirs() {
    let stack = Stack::start(Options::new().roomy());
    let [owner, member] = stack.users().await;
    let room = owner.room_with(&[&member]).await;
    let others = stack.crowd(4).await;
    let messages = owner.send_all(&room, ["0", "1", "2", "3"]).await;
    // The first time around each process learns the public key.
    let mut before = stack.metrics().await;
    for (number, (message, other)) in messages.iter().zip(&others).enumerate() {
        if number == 1 {
            before = stack.metrics().await;
        }
        let path = format!("/messages/{}", message["id"].as_str().unwrap());
        owner.put(&path, json!({"content": "edited"})).await.ok(200);
        member.post(&format!("{path}/report"), json!({"reason": "spam"})).await.ok(201);
        owner.call("PUT", &format!("/users/{}/block", other.id), Payload::None).await.ok(200);
        owner.get(&format!("/users/{}", other.id)).await.ok(200);
        owner.get(&format!("/rooms/{room}/audit")).await.ok(200);
    }
    let after = stack.metrics().await;
    for budget in PEOPLE_BUDGETS {
        check(budget.function, &before, &after, 3);
    }
}

/// Web Push, of a mention to somebody with one device and no socket. Whether there is a device costs `notify`
/// no call of its own: it is read beside the sockets.
const PUSH_BUDGETS: &[Budget] = &[
    Budget {
        function: "notify",
        per_run: &[
            ("BatchGetItem", Exactly(3)),
            ("UpdateItem", Exactly(1)),
            ("PutItem", Exactly(1)),
            ("SendMessageBatch", Exactly(1)),
        ],
    },
    // What is to be brought and whether it still is; what it shows; how many there are.
    Budget {
        function: "push",
        per_run: &[("BatchGetItem", Exactly(3)), ("GetItem", Exactly(2)), ("Query", Exactly(1))],
    },
    // A bucket takes one `UpdateItem`, in a run of requests two.
    Budget {
        function: "save_push_subscription",
        per_run: &[
            ("BatchGetItem", Exactly(1)),
            ("UpdateItem", AtMost(2)),
            ("TransactWriteItems", Exactly(1)),
        ],
    },
    Budget {
        function: "delete_push_subscription",
        per_run: &[("BatchGetItem", Exactly(1)), ("TransactWriteItems", Exactly(1))],
    },
    Budget { function: "get_push_key", per_run: &[("BatchGetItem", Exactly(1))] },
];

#[tokio::test]
async fn pushes_keep_to_their_calls() {
    let stack = Stack::start(Options::new().roomy().pushing());
    let [alice, bob] = stack.users().await;
    let room = alice.room_with(&[&bob]).await;
    let service = PushService::start().await;
    let browser = Browser::of(&alice, &service).await;
    // The first time around processes learn their keys.
    let mut before = stack.metrics().await;
    for number in 0..=5 {
        if number == 1 {
            before = stack.metrics().await;
        }
        bob.send(&room, &format!("@{} {number}", alice.name)).await;
        service.first(&browser, number + 1).await;
        alice.get("/push/key").await.ok(200);
        let saved = Browser::subscribe(&service).register(&alice).await;
        let path = format!("/push/subscriptions/{}", saved["id"].as_str().unwrap());
        alice.delete(&path).await.ok(200);
    }
    let after = stack.metrics().await;
    for budget in PUSH_BUDGETS {
        check_with(budget, &before, &after, 5);
    }
    // Where nobody has a device, nothing is handed over.
    let before = stack.metrics().await;
    alice.send(&room, &format!("@{} hello", bob.name)).await;
    crate::notifications::eventually(&bob, |list| list["unread_count"] == 1).await;
    bob.send(&room, &format!("@{} the end", alice.name)).await;
    service.first(&browser, 7).await;
    let handed = stack.metrics().await.calls_since(&before, "notify");
    assert_eq!(handed.get("SendMessageBatch"), Some(&1));
}

/// Asserts a use case's calls between two moments; `runs` is how often it ran.
pub fn check(function: &str, before: &Metrics, after: &Metrics, runs: u64) {
    let budget = BUDGETS.iter().chain(PEOPLE_BUDGETS).find(|budget| budget.function == function);
    let budget = budget.expect("a budget");
    check_with(budget, before, after, runs);
}

/// Capacity units of DynamoDB per run at the most, read and written: `units.txt`. A limit that is far from
/// what is consumed would let a dearer version pass, so it fails too.
fn check_units(function: &str, before: &Metrics, after: &Metrics, runs: u64) {
    let limits = include_str!("units.txt").lines().filter(|line| !line.starts_with('#'));
    let row = limits.map(|line| line.split_whitespace().collect::<Vec<_>>());
    let row = row.into_iter().find(|row| row.first() == Some(&function));
    let limit = |column: usize| row.as_ref().map(|row| row[column].parse::<f64>().unwrap());
    let (read, written) = after.units_since(before, function);
    #[allow(clippy::cast_precision_loss, reason = "a handful of runs")]
    let per_run = |units: f64| units / runs as f64;
    // A process that starts reads the key that tokens are verified with; at most two start meanwhile.
    let slack = [0.0, per_run(2.0), 0.0];
    for (column, what, units) in [(1, "read", per_run(read)), (2, "written", per_run(written))] {
        let limit = limit(column)
            .unwrap_or_else(|| panic!("units.txt has no row for {function}: {read} {written}"));
        let fits = units <= limit + slack[column];
        assert!(fits, "{function}: {units} units {what} a run, at most {limit} expected");
        assert!(
            units * 2.0 + 1.0 >= limit,
            "{function}: {units} units {what} a run, yet {limit} are allowed"
        );
    }
}

fn check_with(budget: &Budget, before: &Metrics, after: &Metrics, runs: u64) {
    let function = budget.function;
    check_units(function, before, after, runs);
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
    // Once around, so that what connecting and joining set off is over: everybody's coming is told once
    // to every socket that was open by then.
    for (index, other) in others.iter().enumerate() {
        for socket in &sockets[..=index] {
            socket.expect("presence_updated", |data| data["user_id"] == other.id.as_str()).await;
        }
    }
    // A change of presence is told at least once: wait until nothing is delivered but the message.
    let mut before = stack.metrics().await;
    for number in 0.. {
        round(sender, &sockets, &room, &format!("settling {number}"), false).await;
        let after = stack.metrics().await;
        let posts = after.calls_since(&before, "deliver").get("PostToConnection").copied();
        before = after;
        if posts == Some(CONNECTIONS) {
            break;
        }
    }

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

    sender.settle(&room).await;
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

    let before = stack.metrics().await;
    for _ in 0..ROUNDS {
        let found = sender.search(&format!("q=rest&limit={FOUND}")).await;
        assert_eq!(u64::try_from(parlance_tests::search::found(&found).len()).unwrap(), FOUND);
    }
    check("search", &before, &stack.metrics().await, ROUNDS);
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

#[tokio::test]
async fn catching_up_keeps_to_its_calls() {
    let stack = Stack::start(Options::new().roomy());
    let [alice, bob] = stack.users().await;
    let room = alice.room_with(&[&bob]).await;
    let root = bob.send(&room, "a question").await;
    alice.send_as(&room, json!({"content": "an answer", "parent_message_id": root["id"]})).await;
    let socket = Socket::connect(&bob).await;
    // Once each, so that every process has its keys.
    let start = bob.get("/bootstrap").await.ok(200);
    let since = format!("/sync?since={}", start["cursor"].as_str().unwrap());
    bob.get(&since).await.ok(200);
    bob.get("/notifications").await.ok(200);
    socket.ping().await;
    alice.send(&room, "news").await;

    let before = stack.metrics().await;
    for _ in 0..5 {
        bob.get("/bootstrap").await.ok(200);
        bob.get(&since).await.ok(200);
        bob.get("/notifications").await.ok(200);
        socket.ping().await;
    }
    let after = stack.metrics().await;
    for function in ["bootstrap", "sync", "list_notifications", "socket_ping"] {
        check(function, &before, &after, 5);
    }
}
