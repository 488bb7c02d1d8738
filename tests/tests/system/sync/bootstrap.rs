//! `GET /bootstrap`

use parlance_tests::prelude::*;
use parlance_tests::state::RoomState;

#[tokio::test]
async fn everything_for_a_start_in_one_call() {
    let [alice, bob] = stack().users().await;
    let (room, direct) = (alice.room_with(&[&bob]).await, bob.direct_room(&alice).await);
    alice.send(&room, "hello").await;
    bob.send(&direct, "hi").await;
    bob.send(&direct, "there").await;
    let start = alice.get("/bootstrap").await.ok(200);
    shape::user(&start["me"]);
    assert_eq!(start["me"]["id"], alice.id);
    let rooms = alice.get("/rooms?limit=100").await.ok(200);
    assert_eq!((&start["rooms"], &start["next_cursor"]), (&rooms["rooms"], &rooms["next_cursor"]));
    for room in start["rooms"].as_array().unwrap() {
        shape::room_of_member(room);
        assert_eq!(start["positions"][room["id"].as_str().unwrap()], room["last_seq"]);
    }
    assert_eq!((&start["unread_total"], &start["blocks"]), (&json!(2), &json!([])));
    assert!(start["notifications_unread"].is_u64(), "{start}");
    assert_eq!(start["limits"]["message_max"], 10_000);
    assert!(shape::moment(start["server_time"].as_str().unwrap()).is_some());
    assert!(start["cursor"].as_str().is_some_and(|cursor| !cursor.is_empty()));
    stack()
        .api()
        .call("GET", "/bootstrap", None, Payload::None)
        .await
        .problem(401, "unauthenticated");
}

#[tokio::test]
async fn with_nothing_there_is_nothing() {
    let user = stack().user().await;
    let start = user.get("/bootstrap").await.ok(200);
    assert_eq!((&start["rooms"], &start["positions"]), (&json!([]), &json!({})));
    let caught_up = user.get(&format!("/sync?since={}", start["cursor"].as_str().unwrap())).await;
    let caught_up = caught_up.ok(200);
    assert_eq!((&caught_up["events"], &caught_up["rooms"]), (&json!([]), &json!({})));
}

/// The state a client holds that starts here and goes on with events, over the socket and over `/sync`,
/// is what another loads afresh.
#[tokio::test]
async fn a_client_that_starts_here_and_goes_on_knows_what_another_loads() {
    let [alice, bob, carol] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    alice.send(&room, "before").await;
    let (mut state, loaded) = RoomState::load(&bob, &room).await;
    let start = bob.get("/bootstrap").await.ok(200);
    let position = start["positions"][&room].as_u64().unwrap();
    assert!(position >= loaded);
    let mut cursor = start["cursor"].as_str().unwrap().to_owned();
    let mut held = position;
    for round in 0..4 {
        let text = format!("round {round}");
        let sent = alice.send(&room, &text).await;
        let id = sent["id"].as_str().unwrap();
        bob.post(&format!("/messages/{id}/reactions"), json!({"emoji": "🎉"})).await.ok(201);
        match round {
            0 => drop(carol.join(&room).await),
            1 => drop(alice.put(&format!("/messages/{id}"), json!({"content": "edited"})).await),
            2 => drop(alice.delete(&format!("/messages/{id}")).await),
            _ => drop(carol.leave(&room).await),
        }
        // No socket in between: everything by /sync, each number once and in order.
        loop {
            let missed = bob.get(&format!("/sync?since={cursor}")).await.ok(200);
            missed["cursor"].as_str().unwrap().clone_into(&mut cursor);
            for event in missed["events"].as_array().unwrap() {
                let seq = event["seq"].as_u64().unwrap();
                if event["data"]["room_id"] == room.as_str() && seq > held {
                    state.apply(event);
                    held = seq;
                }
            }
            assert_eq!(missed["resync"], json!([]));
            if missed["more"] == false
                && missed["rooms"][&room]["last_seq"] == bob.room(&room).await["last_seq"]
            {
                let shown = bob.room(&room).await;
                let known = &missed["rooms"][&room];
                for field in
                    ["unread_count", "mention_count", "last_read_seq", "last_read_message_id"]
                {
                    assert_eq!(known[field], shown[field], "{field}");
                }
                break;
            }
        }
        let (fresh, _) = RoomState::load(&bob, &room).await;
        assert_eq!(state.difference(&fresh), "", "after round {round}");
    }
}
