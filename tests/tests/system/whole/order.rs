//! Order is a number, and the same number everywhere.

use futures_util::future::join_all;
use parlance_tests::prelude::*;
use std::collections::BTreeMap;

#[tokio::test]
async fn history_sockets_and_resume_agree_while_six_people_write() {
    let reader = stack().user().await;
    let room = reader.make_room("public", "Tea").await;
    let writers = stack().crowd(6).await;
    join_all(writers.iter().map(|writer| writer.join(&room))).await;
    let start = reader.room(&room).await["last_seq"].as_u64().unwrap();
    let observers = [Socket::connect(&reader).await, Socket::connect(&writers[0]).await];

    let acknowledged =
        join_all(writers.iter().enumerate().map(|(index, writer)| write(writer, &room, index)))
            .await;
    let acknowledged: BTreeMap<u64, String> = acknowledged.into_iter().flatten().collect();
    assert_eq!(acknowledged.len(), 6 * 10, "no number twice");
    reader.send(&room, "fence").await;

    let mut stored = reader.history(&room, 100).await;
    stored.reverse();
    let by_rest: BTreeMap<u64, String> = stored
        .iter()
        .map(|message| {
            (message["seq"].as_u64().unwrap(), message["id"].as_str().unwrap().to_owned())
        })
        .collect();
    let mut all = by_rest.clone();
    all.retain(|_, id| acknowledged.values().any(|known| known == id));
    assert_eq!(all, acknowledged, "the numbers of the answers are those of the history");

    let mut pictures = vec![];
    for socket in &observers {
        let mut view = RoomView::new(&room, start);
        socket.expect_message(&room, "fence").await;
        for frame in socket.events() {
            view.apply(&frame);
        }
        assert!(view.heal(socket, parlance_tests::DEADLINE).await);
        let live: BTreeMap<u64, String> = view
            .messages()
            .iter()
            .map(|m| (m["seq"].as_u64().unwrap(), m["id"].as_str().unwrap().to_owned()))
            .collect();
        assert_eq!(live, by_rest, "the sockets' numbers are those of the history");
        pictures.push(
            view.events
                .iter()
                .map(|(seq, event)| (*seq, event["type"].clone()))
                .collect::<Vec<_>>(),
        );
    }
    assert_eq!(pictures[0], pictures[1], "edits, deletions and reactions have one number too");
    let mut afresh = RoomView::new(&room, start);
    assert!(afresh.heal(&observers[0], parlance_tests::DEADLINE).await);
    let resumed: BTreeMap<u64, String> = afresh
        .messages()
        .iter()
        .map(|m| (m["seq"].as_u64().unwrap(), m["id"].as_str().unwrap().to_owned()))
        .collect();
    // A deleted message may come as its deletion alone.
    let deleted: Vec<u64> = stored
        .iter()
        .filter(|m| m["deleted"] == true)
        .map(|m| m["seq"].as_u64().unwrap())
        .collect();
    for (seq, id) in by_rest {
        assert!(
            resumed.get(&seq) == Some(&id) || deleted.contains(&seq),
            "{seq} is not in the resumed events"
        );
    }
}

/// Writes ten messages, over both transports, with edits, deletions and reactions between.
async fn write(writer: &User, room: &str, index: usize) -> Vec<(u64, String)> {
    let socket = Socket::connect(writer).await;
    let mut sent = vec![];
    for number in 0..10 {
        let content = format!("{index}.{number}");
        let message = if number % 2 == 0 {
            writer.send(room, &content).await
        } else {
            socket.ack(json!({"type": "send_message", "room_id": room, "content": content})).await["message"].clone()
        };
        let id = message["id"].as_str().unwrap().to_owned();
        sent.push((message["seq"].as_u64().unwrap(), id.clone()));
        match number {
            3 => drop(
                writer.put(&format!("/messages/{id}"), json!({"content": "edited"})).await.ok(200),
            ),
            5 => drop(
                writer
                    .post(&format!("/messages/{id}/reactions"), json!({"emoji": "👍"}))
                    .await
                    .ok(201),
            ),
            7 => drop(writer.delete(&format!("/messages/{id}")).await.ok(200)),
            _ => {}
        }
    }
    sent
}

#[tokio::test]
async fn every_event_of_a_room_takes_the_next_number() {
    let [alice, bob] = stack().users().await;
    let room = alice.make_room("public", "Tea").await;
    let socket = Socket::connect(&alice).await;
    let number = |room: Value| room["last_seq"].as_u64().unwrap();
    let start = number(alice.room(&room).await);
    bob.join(&room).await;
    let id = bob.send(&room, "m").await["id"].as_str().unwrap().to_owned();
    let message = format!("/messages/{id}");
    bob.put(&message, json!({"content": "edited"})).await.ok(200);
    alice.post(&format!("{message}/reactions"), json!({"emoji": "👍"})).await.ok(201);
    alice.delete(&format!("{message}/reactions/%F0%9F%91%8D")).await.ok(200);
    alice.put(&format!("/rooms/{room}"), json!({"name": "Coffee"})).await.ok(200);
    bob.delete(&message).await.ok(200);
    bob.leave(&room).await;
    let mut last = start;
    for kind in [
        "user_joined",
        "message_created",
        "message_updated",
        "reaction_added",
        "reaction_removed",
        "room_updated",
        "message_deleted",
        "user_left",
    ] {
        let event = socket.expect(kind, |data| data["room_id"] == room.as_str()).await;
        shape::event(&event);
        assert!(event.seq.unwrap() > last, "{kind} has {:?} after {last}", event.seq);
        last = event.seq.unwrap();
    }
    assert_eq!(number(alice.room(&room).await), last);
}

#[tokio::test]
async fn numbers_of_one_room_are_nothing_to_another() {
    let user = stack().user().await;
    let (one, two) = (user.make_room("public", "one").await, user.make_room("public", "two").await);
    user.send_all(&one, ["1", "2", "3", "4", "5"]).await;
    let here = user.send(&two, "1").await["seq"].as_u64().unwrap();
    let there = user.room(&one).await["last_seq"].as_u64().unwrap();
    assert!(here < there);
}
