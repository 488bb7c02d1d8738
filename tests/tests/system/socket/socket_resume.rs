//! `resume`

use futures_util::future::join_all;
use parlance_tests::prelude::*;

async fn resume(socket: &Socket, rooms: Value) -> Value {
    socket.ack(json!({"type": "resume", "rooms": rooms})).await
}

fn created(events: &Value) -> Vec<String> {
    let created =
        events.as_array().unwrap().iter().filter(|event| event["type"] == "message_created");
    created.map(|event| event["data"]["message"]["content"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn what_was_missed_comes_in_order_and_nothing_else() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let socket = Socket::connect(&bob).await;
    let sent = alice.send_all(&room, ["1", "2", "3"]).await;
    let edit = format!("/messages/{}", sent[2]["id"].as_str().unwrap());
    alice.put(&edit, json!({"content": "3, edited"})).await.ok(200);
    alice.post(&format!("{edit}/reactions"), json!({"emoji": "👍"})).await.ok(201);
    alice.delete(&format!("/messages/{}", sent[1]["id"].as_str().unwrap())).await.ok(200);
    alice.put(&format!("/rooms/{room}"), json!({"name": "Coffee"})).await.ok(200);

    let answer = resume(&socket, json!({&room: sent[0]["seq"]})).await;
    let events = answer["events"].as_array().unwrap();
    let numbers: Vec<u64> = events.iter().map(|event| event["seq"].as_u64().unwrap()).collect();
    assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "{numbers:?}");
    assert!(numbers.iter().all(|number| *number > sent[0]["seq"].as_u64().unwrap()));
    let kinds: Vec<&str> = events.iter().map(|event| event["type"].as_str().unwrap()).collect();
    for kind in ["message_created", "message_deleted", "room_updated"] {
        assert!(kinds.contains(&kind), "{kinds:?}");
    }
    for event in events {
        assert_eq!(
            (&event["seq"], &event["data"]["room_id"]),
            (&event["data"]["seq"], &json!(room))
        );
    }
    assert!(!answer.to_string().contains("\"content\":\"2\""), "deleted words are gone here too");
    let state = &answer["rooms"][&room];
    assert_eq!(
        (&state["complete"], &state["last_seq"]),
        (&json!(true), &json!(numbers[numbers.len() - 1]))
    );
    assert_eq!(answer["resync"], json!([]));
    let nothing = resume(&socket, json!({&room: state["last_seq"]})).await;
    assert_eq!(
        (&nothing["events"], &nothing["rooms"][&room]["complete"]),
        (&json!([]), &json!(true))
    );
}

#[tokio::test]
async fn after_a_cut_nothing_is_lost_or_doubled() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let mut view = RoomView::new(&room, bob.room(&room).await["last_seq"].as_u64().unwrap());
    for round in 0..4 {
        let socket = Socket::connect(&bob).await;
        // While the client catches up, the room goes on.
        let path = format!("/rooms/{room}/messages");
        let live =
            join_all((0..5).map(|number| {
                alice.post(&path, json!({"content": format!("{round} live {number}")}))
            }));
        let (_, healed) = tokio::join!(live, view.heal(&socket, parlance_tests::DEADLINE));
        assert!(healed);
        let fence = format!("{round} fence");
        alice.send(&room, &fence).await;
        let fence_frame = socket.expect_message(&room, &fence).await;
        for frame in socket.events() {
            view.apply(&frame);
        }
        view.apply(&fence_frame);
        while view.has_hole() {
            assert!(view.heal(&socket, parlance_tests::DEADLINE).await);
        }
        socket.cut();
        for number in 0..5 {
            alice.send(&room, &format!("{round} missed {number}")).await;
        }
    }
    let socket = Socket::connect(&bob).await;
    assert!(view.heal(&socket, parlance_tests::DEADLINE).await);
    let mut stored = bob.history(&room, 100).await;
    stored.reverse();
    assert_eq!(view.contents(), contents(&json!(stored)));
    assert_eq!(stored.len(), 4 * 11);
}

#[tokio::test]
async fn an_empty_question_gives_every_position() {
    let [alice, bob] = stack().users().await;
    let rooms = [alice.room_with(&[&bob]).await, alice.direct_room(&bob).await];
    alice.send(&rooms[0], "m").await;
    let socket = Socket::connect(&bob).await;
    let answer = resume(&socket, json!({})).await;
    assert_eq!(answer["events"], json!([]));
    let positions = answer["rooms"].as_object().unwrap();
    assert_eq!(positions.len(), 2, "{answer}");
    for room in &rooms {
        assert_eq!(positions[room]["last_seq"], bob.room(room).await["last_seq"]);
    }
}

#[tokio::test]
async fn several_rooms_at_once() {
    let [alice, bob] = stack().users().await;
    let (one, two) = (alice.room_with(&[&bob]).await, alice.room_with(&[&bob]).await);
    let socket = Socket::connect(&bob).await;
    let before = resume(&socket, json!({})).await;
    alice.send(&one, "in one").await;
    alice.send(&two, "in two").await;
    let answer = resume(
        &socket,
        json!({&one: before["rooms"][&one]["last_seq"], &two: before["rooms"][&two]["last_seq"]}),
    )
    .await;
    let mut said = created(&answer["events"]);
    said.sort();
    assert_eq!(said, ["in one", "in two"]);
}

#[tokio::test]
async fn what_does_not_fit_one_frame_is_continued() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let start = bob.room(&room).await["last_seq"].as_u64().unwrap();
    let words = "words ".repeat(1_500);
    for number in 0..30 {
        alice.send(&room, &format!("{number} {words}")).await;
    }
    let socket = Socket::connect(&bob).await;
    let first = resume(&socket, json!({&room: start})).await;
    assert_eq!(first["rooms"][&room]["complete"], false);
    assert!(!created(&first["events"]).is_empty());
    let mut view = RoomView::new(&room, start);
    assert!(view.heal(&socket, parlance_tests::DEADLINE).await);
    assert_eq!(view.messages().len(), 30);
    let mut stored = bob.history(&room, 100).await;
    stored.reverse();
    assert_eq!(view.contents(), contents(&json!(stored)));
    // What the gateway carries in one message.
    assert!(socket.frames().1 <= 128 * 1024, "{} bytes", socket.frames().1);
}

#[tokio::test]
async fn more_than_a_thousand_behind_is_to_be_loaded_afresh() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let start = bob.room(&room).await["last_seq"].as_u64().unwrap();
    let path = format!("/rooms/{room}/messages");
    for _ in 0..64 {
        for answer in join_all((0..16).map(|_| alice.post(&path, json!({"content": "m"})))).await {
            answer.ok(201);
        }
    }
    let socket = Socket::connect(&bob).await;
    let answer = resume(&socket, json!({&room: start})).await;
    assert_eq!((&answer["resync"], &answer["events"]), (&json!([room]), &json!([])));
    let near = bob.room(&room).await["last_seq"].as_u64().unwrap() - 3;
    assert_eq!(resume(&socket, json!({&room: near})).await["resync"], json!([]));
}

#[tokio::test]
async fn rooms_of_others_are_under_resync() {
    let [owner, stranger] = stack().users().await;
    let (room, own) =
        (owner.make_room("public", "Tea").await, stranger.make_room("public", "Mine").await);
    owner.send(&room, "secret").await;
    let socket = Socket::connect(&stranger).await;
    let unknown = "0199aaaa-0000-7000-8000-000000000000";
    let answer = resume(&socket, json!({&room: 0, unknown: 0, &own: 0})).await;
    let mut resync: Vec<&str> =
        answer["resync"].as_array().unwrap().iter().map(|room| room.as_str().unwrap()).collect();
    resync.sort_unstable();
    let mut expected = [room.as_str(), unknown];
    expected.sort_unstable();
    assert_eq!(resync, expected);
    assert!(!answer.to_string().contains("secret"));
    assert_eq!(answer["rooms"][&own]["complete"], true);
}

#[tokio::test]
async fn positions_are_numbers() {
    let user = stack().user().await;
    let room = user.make_room("public", "Tea").await;
    let socket = Socket::connect(&user).await;
    for wrong in [
        json!({&room: "1"}),
        json!({&room: -1}),
        json!({&room: 1.5}),
        json!({&room: null}),
        json!([room]),
        json!("all"),
        json!(7),
        Value::Null,
    ] {
        socket.refused(json!({"type": "resume", "rooms": wrong}), &["validation_failed"]).await;
    }
    // From the future: nothing was missed, or the client is told to start afresh.
    let answer = resume(&socket, json!({&room: 9_000_000_000_000_u64})).await;
    assert_eq!(answer["events"], json!([]));
}
