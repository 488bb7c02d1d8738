//! What is acknowledged survives `kill -9`, of a function or of everything, and a client's retry heals the rest.

use parlance_tests::prelude::*;
use parlance_tests::process::signal;
use std::time::Duration;

#[tokio::test]
async fn everything_acknowledged_is_there_after_kill_9() {
    let stack = Stack::start(Options::new().roomy());
    let [alice, bob] = stack.users().await;
    let room = alice.private_room_with(&[&bob]).await;
    let direct = alice.direct_room(&bob).await;
    let sent = alice.send_all(&room, (0..30).map(|number| number.to_string())).await;
    let edited = format!("/messages/{}", sent[3]["id"].as_str().unwrap());
    alice.put(&edited, json!({"content": "edited"})).await.ok(200);
    bob.post(&format!("{edited}/reactions"), json!({"emoji": "🔥"})).await.ok(201);
    alice.delete(&format!("/messages/{}", sent[5]["id"].as_str().unwrap())).await.ok(200);
    let before = snapshot(&bob, &room).await;
    let last = alice.send_as(&room, json!({"content": "last", "client_id": "key"})).await;
    stack.kill();
    stack.start_again();
    let (alice, bob) = (alice.reconnected(), bob.reconnected());
    // The same tokens, the same objects, the same numbers; the same key finds the same message.
    let again = alice
        .post(&format!("/rooms/{room}/messages"), json!({"content": "last", "client_id": "key"}))
        .await;
    assert_eq!(again.ok(200)["id"], last["id"]);
    let mut after = snapshot(&bob, &room).await;
    assert_eq!(after.remove(0)["id"], last["id"]);
    assert_eq!(after, before);
    assert_eq!(bob.direct_room(&alice).await, direct);
    let socket = Socket::connect(&bob).await;
    let next = alice.send(&room, "next").await;
    assert!(next["seq"].as_u64() > last["seq"].as_u64());
    socket.expect_message(&room, "next").await;
    assert!(alice.sign_in_again().await.get("/auth/me").await.status == 200);
}

async fn snapshot(user: &User, room: &str) -> Vec<Value> {
    user.history(room, 100).await
}

#[tokio::test]
async fn clients_that_come_back_miss_nothing() {
    let stack = Stack::start(Options::new().roomy());
    let [alice, bob] = stack.users().await;
    let room = alice.room_with(&[&bob]).await;
    let mut view = RoomView::new(&room, bob.room(&room).await["last_seq"].as_u64().unwrap());
    let socket = Socket::connect(&bob).await;
    alice.send(&room, "seen").await;
    view.apply(&socket.expect_message(&room, "seen").await);
    alice.send(&room, "perhaps not seen").await;
    stack.kill();
    socket.expect_closed().await;
    stack.start_again();
    let (alice, bob) = (alice.reconnected(), bob.reconnected());
    alice.send(&room, "missed").await;
    let socket = Socket::connect(&bob).await;
    assert!(view.heal(&socket, parlance_tests::DEADLINE).await);
    assert_eq!(view.contents(), ["seen", "perhaps not seen", "missed"]);
}

#[tokio::test]
async fn killed_functions_lose_nothing_that_a_retry_does_not_bring_back() {
    let stack = Stack::start(Options::new().roomy());
    let [alice, bob] = stack.users().await;
    let room = alice.room_with(&[&bob]).await;
    let path = format!("/rooms/{room}/messages");
    let killing = async {
        let mut killed = 0;
        while killed < 12 {
            let processes = stack.processes().await;
            let victims: Vec<u32> = processes
                .iter()
                .filter(|p| p.function == "send_message" || p.function == "deliver")
                .map(|p| p.pid)
                .collect();
            signal("KILL", &victims);
            killed += victims.len();
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let sending = async {
        for number in 0..60 {
            let body = json!({"content": number.to_string(), "client_id": format!("key-{number}")});
            loop {
                match alice
                    .api
                    .try_call("POST", &path, Some(&alice.token), &[], Payload::Json(body.clone()))
                    .await
                {
                    Ok(answer) if matches!(answer.status, 200 | 201) => break,
                    Ok(answer) => {
                        assert!(answer.status >= 500, "{}: {}", answer.status, answer.text)
                    }
                    Err(_) => {}
                }
            }
        }
    };
    tokio::join!(killing, sending);
    let mut stored = bob.history(&room, 100).await;
    stored.reverse();
    let expected: Vec<String> = (0..60).map(|number| number.to_string()).collect();
    assert_eq!(contents(&json!(stored)), expected, "each once and in order");
    let socket = Socket::connect(&bob).await;
    alice.send(&room, "after").await;
    socket.expect_message(&room, "after").await;
}

#[tokio::test]
async fn a_clean_stop_leaves_nothing_running() {
    let stack = Stack::start(Options::new());
    let user = stack.user().await;
    let room = user.make_room("public", "Tea").await;
    user.send(&room, "m").await;
    let _socket = Socket::connect(&user).await;
    assert!(!stack.processes().await.is_empty());
    assert!(stack.stop(), "exit code 0 and no process left:\n{}", stack.output_tail());
    stack.start_again();
    assert_eq!(contents(&user.reconnected().page(&room, "").await), ["m"]);
}

#[tokio::test]
async fn a_second_start_on_the_same_folder_while_one_runs_is_refused() {
    let stack = Stack::start(Options::new());
    let output = std::process::Command::new(stack.program())
        .args(["--port", "0", "--template"])
        .arg(parlance_tests::stack::template_path())
        .arg("--bin-dir")
        .arg(stack.bin_dir())
        .arg("--data")
        .arg(stack.data())
        .output()
        .expect("the program");
    assert!(!output.status.success(), "two stacks on one folder");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.lines().count() <= 3 && !said.trim().is_empty(), "one clear sentence: {said}");
    stack.user().await.get("/auth/me").await.ok(200);
}
