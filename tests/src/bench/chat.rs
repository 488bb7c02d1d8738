//! The chat's figures, on real sockets.

use crate::DEADLINE;
use crate::socket::Socket;
use crate::stack::Stack;
use crate::stats::Samples;
use crate::user::User;
use futures_util::future::join_all;
use serde_json::{Value, json};
use std::time::Instant;

fn frame(room: &str, content: &str) -> Value {
    json!({"type": "send_message", "room_id": room, "content": content})
}

/// Sequential sends: until the acknowledgement, and until another member's socket has it.
pub async fn latency(stack: &Stack, warm_up: usize, rounds: usize) -> (Samples, Samples) {
    let [sender, receiver] = stack.users().await;
    let room = sender.room_with(&[&receiver]).await;
    let (out, other) = (Socket::connect(&sender).await, Socket::connect(&receiver).await);
    let (mut to_ack, mut to_other) = (Samples::default(), Samples::default());
    for round in 0..warm_up + rounds {
        let content = format!("round {round}");
        let begun = Instant::now();
        let (acked, arrived) =
            tokio::join!(out.ask(frame(&room, &content)), other.expect_message(&room, &content));
        assert_eq!(acked.kind, "ack", "{}", acked.raw);
        if round >= warm_up {
            to_ack.add(acked.at - begun);
            to_other.add(arrived.at - begun);
        }
        if round % 50 == 0 {
            out.keep_events(false);
            other.keep_events(false);
            other.keep_events(true);
        }
    }
    (to_ack, to_other)
}

/// Messages acknowledged per second when each of `senders` sends in a room of their own, one after another.
pub async fn throughput(stack: &Stack, senders: usize, each: usize) -> f64 {
    let people = stack.crowd(senders).await;
    let places = join_all(people.iter().map(|user| async move {
        let room = user.make_room("public", "throughput").await;
        let socket = Socket::connect(user).await;
        socket.keep_events(false);
        socket.ack(frame(&room, "warm-up")).await;
        (room, socket)
    }))
    .await;
    let begun = Instant::now();
    join_all(places.iter().map(|(room, socket)| async move {
        for number in 0..each {
            socket.ack(frame(room, &format!("message {number}"))).await;
        }
    }))
    .await;
    per_second(senders * each, begun)
}

/// From a send until the last of `receivers` connected members has it.
pub async fn fan_out(stack: &Stack, receivers: usize, rounds: usize) -> Samples {
    let sender = stack.user().await;
    let room = sender.make_room("public", "fan-out").await;
    let out = Socket::connect(&sender).await;
    let mut sockets = vec![];
    for some in stack.crowd(receivers).await.chunks(16) {
        sockets.extend(
            join_all(some.iter().map(|user| async { join_and_listen(user, &room).await })).await,
        );
    }
    let mut samples = Samples::default();
    for round in 0..=rounds {
        let content = format!("round {round}");
        let begun = Instant::now();
        let sending = out.ack(frame(&room, &content));
        let arriving =
            join_all(sockets.iter().map(|socket| socket.expect_message(&room, &content)));
        let (_, arrived) = tokio::join!(sending, arriving);
        let last = arrived.iter().map(|frame| frame.at).max().unwrap_or(begun);
        if round > 0 {
            samples.add(last - begun);
        }
    }
    samples
}

async fn join_and_listen(user: &User, room: &str) -> Socket {
    user.join(room).await;
    Socket::connect(user).await
}

/// A room with many messages, written by several people at once.
pub struct LongRoom {
    /// Somebody in it.
    pub reader: User,
    /// Its id.
    pub room: String,
    /// Messages per second while it was filled.
    pub per_second: f64,
}

/// Fills a room with `messages` by 16 people.
pub async fn fill(stack: &Stack, messages: usize) -> LongRoom {
    let people = stack.crowd(16).await;
    let room = people[0].make_room("public", "long").await;
    let sockets = join_all(people.iter().map(|user| join_and_listen(user, &room))).await;
    sockets.iter().for_each(|socket| socket.keep_events(false));
    let begun = Instant::now();
    join_all(sockets.iter().enumerate().map(|(index, socket)| {
        let room = &room;
        async move {
            for number in (index..messages).step_by(16) {
                socket.ack(frame(room, &format!("This is message number {number}, and it is about as long as people write."))).await;
            }
        }
    }))
    .await;
    let per_second = per_second(messages, begun);
    LongRoom { reader: people[0].clone(), room, per_second }
}

/// Times of the newest page, and of a page that many messages deep.
pub async fn pages(long: &LongRoom, deep: usize, rounds: usize) -> (Samples, Samples) {
    let LongRoom { reader, room, .. } = long;
    let mut anchor = None;
    for _ in 0..deep / 100 {
        let query = anchor
            .as_ref()
            .map_or_else(|| "limit=100".to_owned(), |anchor| format!("limit=100&before={anchor}"));
        let page = reader.page(room, &query).await;
        anchor = page["prev_cursor"].as_str().map(str::to_owned);
    }
    let deep_page =
        format!("/rooms/{room}/messages?limit=50&before={}", anchor.expect("a room that deep"));
    let newest = format!("/rooms/{room}/messages?limit=50");
    (times(reader, &newest, rounds).await, times(reader, &deep_page, rounds).await)
}

async fn times(reader: &User, path: &str, rounds: usize) -> Samples {
    let mut samples = Samples::default();
    for round in 0..rounds + rounds / 10 {
        let begun = Instant::now();
        let page = reader.get(path).await;
        let took = begun.elapsed();
        assert_eq!(page.ok(200)["messages"].as_array().map(Vec::len), Some(50));
        if round >= rounds / 10 {
            samples.add(took);
        }
    }
    samples
}

/// Waits until what was sent is delivered, so that the next measurement begins at rest.
pub async fn settle(stack: &Stack) {
    let user = stack.user().await;
    let room = user.make_room("public", "settle").await;
    let socket = Socket::connect(&user).await;
    user.send(&room, "settled").await;
    socket.wait_for(DEADLINE, "message_created", |_| true).await;
}

#[expect(clippy::cast_precision_loss, reason = "counts of messages")]
fn per_second(count: usize, begun: Instant) -> f64 {
    count as f64 / begun.elapsed().as_secs_f64()
}
