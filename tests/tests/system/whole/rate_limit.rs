//! At most ten messages in any window per person, over all rooms, devices and transports.

use futures_util::future::join_all;
use parlance_tests::prelude::*;
use parlance_tests::template::Template;

/// Seconds: the window, and one of its hundred slots, which leave as a whole.
const WAIT_MAX: u64 = 606;

async fn try_send(user: &User, room: &str, content: &str) -> Answer {
    user.post(&format!("/rooms/{room}/messages"), json!({"content": content})).await
}

#[test]
fn the_template_says_ten_in_ten_seconds() {
    let parameters = Template::load().root["Parameters"].clone();
    let default = |name: &str| parameters[name]["Default"].as_f64().expect("a default");
    assert_eq!((default("SendRateMax"), default("SendRateWindowSeconds")), (10.0, 10.0));
}

#[tokio::test]
async fn the_eleventh_is_refused_with_everything_a_client_needs() {
    let [alice, bob] = limited().users().await;
    let room = alice.room_with(&[&bob]).await;
    alice.send_all(&room, (0..10).map(|number| number.to_string())).await;
    for _ in 0..3 {
        let refused = try_send(&alice, &room, "one too many").await;
        let number = |name: &str| -> f64 {
            refused.header(name).unwrap_or_default().parse().unwrap_or(-1.0)
        };
        let whole: u64 = refused.header("retry-after").unwrap().parse().expect("whole seconds");
        assert!((1..=WAIT_MAX).contains(&whole), "{whole}");
        assert_eq!((number("x-ratelimit-limit"), number("x-ratelimit-remaining")), (10.0, 0.0));
        let after = number("x-ratelimit-reset-after");
        assert!(after > 0.0 && after <= 606.0, "{after}");
        refused.problem(429, "rate_limited");
    }
    assert_eq!(contents(&bob.page(&room, "").await).len(), 10);
    assert_eq!(bob.room(&room).await["unread_count"], 10);
    bob.send(&room, "others may").await;
}

#[tokio::test]
async fn rooms_devices_and_transports_share_one_count() {
    let [alice, bob] = limited().users().await;
    let rooms = [
        alice.room_with(&[&bob]).await,
        alice.private_room_with(&[&bob]).await,
        alice.direct_room(&bob).await,
    ];
    let device = alice.sign_in_again().await;
    let socket = Socket::connect(&device).await;
    for number in 0..10 {
        let (room, text) = (&rooms[number % 3], number.to_string());
        match number % 3 {
            0 => drop(alice.send(room, &text).await),
            1 => drop(device.send(room, &text).await),
            _ => drop(
                socket.ack(json!({"type": "send_message", "room_id": room, "content": text})).await,
            ),
        }
    }
    for room in &rooms {
        let error = socket
            .refused(
                json!({"type": "send_message", "room_id": room, "content": "more"}),
                &["rate_limited"],
            )
            .await;
        assert!(
            error["retry_after_ms"].as_u64().is_some_and(|ms| ms > 0 && ms <= 1000 * WAIT_MAX),
            "{error}"
        );
        try_send(&alice, room, "more").await.problem(429, "rate_limited");
        try_send(&device, room, "more").await.problem(429, "rate_limited");
    }
    let mut stored = 0;
    for room in &rooms {
        stored += contents(&bob.page(room, "").await).len();
    }
    assert_eq!(stored, 10);
    socket.ping().await;
}

#[tokio::test]
async fn refused_and_repeated_sends_do_not_count() {
    let [alice, bob] = limited().users().await;
    let room = alice.room_with(&[&bob]).await;
    let foreign = bob.make_room("private", "Tea").await;
    let body = json!({"content": "first", "client_id": username()});
    alice.send_as(&room, body.clone()).await;
    for _ in 0..4 {
        try_send(&alice, &room, "").await.invalid("/content");
        try_send(&alice, &room, &"x".repeat(10_001)).await.invalid("/content");
        try_send(&alice, &foreign, "c").await.problem(403, "not_a_member");
        try_send(&alice, "nonsense", "c").await.problem(404, "not_found");
        alice.post(&format!("/rooms/{room}/messages"), body.clone()).await.ok(200);
        let mut other = body.clone();
        other["content"] = json!("other");
        alice
            .post(&format!("/rooms/{room}/messages"), other)
            .await
            .problem(409, "idempotency_conflict");
    }
    alice.send_all(&room, (0..9).map(|number| number.to_string())).await;
    try_send(&alice, &room, "c").await.problem(429, "rate_limited");
    // What is stored already is still found.
    alice.post(&format!("/rooms/{room}/messages"), body).await.ok(200);
}

#[tokio::test]
async fn edits_deletions_and_reactions_do_not_count() {
    let user = limited().user().await;
    let room = user.make_room("public", "Tea").await;
    let sent = user.send_all(&room, (0..10).map(|number| number.to_string())).await;
    for message in &sent {
        let path = format!("/messages/{}", message["id"].as_str().unwrap());
        user.put(&path, json!({"content": "edited"})).await.ok(200);
        user.post(&format!("{path}/reactions"), json!({"emoji": "👍"})).await.ok(201);
        user.delete(&path).await.ok(200);
    }
    // Deleting gives nothing back.
    try_send(&user, &room, "c").await.problem(429, "rate_limited");
}

#[tokio::test]
async fn forty_at_once_are_ten() {
    let [alice, bob] = limited().users().await;
    let room = alice.room_with(&[&bob]).await;
    let socket = Socket::connect(&alice).await;
    let path = format!("/rooms/{room}/messages");
    let by_rest = join_all((0..30).map(|_| alice.post(&path, json!({"content": "c"}))));
    let by_socket = join_all(
        (0..10)
            .map(|_| socket.ask(json!({"type": "send_message", "room_id": room, "content": "c"}))),
    );
    let (by_rest, by_socket) = tokio::join!(by_rest, by_socket);
    let accepted = by_rest.iter().filter(|answer| answer.status == 201).count()
        + by_socket.iter().filter(|answer| answer.kind == "ack").count();
    for refused in by_rest.into_iter().filter(|answer| answer.status != 201) {
        refused.problem(429, "rate_limited");
    }
    for refused in by_socket.iter().filter(|answer| answer.kind != "ack") {
        assert_eq!(refused.data["code"], "rate_limited");
    }
    assert_eq!(accepted, 10);
    assert_eq!(contents(&bob.page(&room, "").await).len(), 10);
}

#[tokio::test]
async fn the_window_slides() {
    // Two in any second: by the server's own clock no three of what it took lie within one.
    let stack =
        Stack::start(Options::new().param("SendRateMax", 2).param("SendRateWindowSeconds", 1));
    let user = stack.user().await;
    let room = user.make_room("public", "Tea").await;
    let mut times = vec![];
    let mut refused = 0;
    while times.len() < 8 {
        let answer = try_send(&user, &room, "c").await;
        if answer.status == 201 {
            times.push(shape::moment(answer.json["created_at"].as_str().unwrap()).unwrap());
        } else {
            refused += 1;
            let after: f64 = answer
                .header("x-ratelimit-reset-after")
                .unwrap_or_default()
                .parse()
                .expect("seconds");
            answer.problem(429, "rate_limited");
            tokio::time::sleep(std::time::Duration::from_secs_f64(after)).await;
        }
    }
    assert!(refused > 0);
    for three in times.windows(3) {
        assert!((three[2] - three[0]).whole_milliseconds() >= 1000, "{three:?}");
    }
}
