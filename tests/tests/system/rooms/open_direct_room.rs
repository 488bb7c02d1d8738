//! `POST /users/{user_id}/dm`

use futures_util::future::join_all;
use parlance_tests::prelude::*;

#[tokio::test]
async fn the_first_time_makes_it_and_later_ones_find_it() {
    let [alice, bob] = stack().users().await;
    let first = alice.poke(&format!("/users/{}/dm", bob.id)).await.ok(201);
    shape::room_of_member(&first);
    assert_eq!((&first["type"], &first["member_count"]), (&json!("direct"), &json!(2)));
    for (user, peer) in [(&alice, &bob), (&bob, &alice)] {
        let again = user.poke(&format!("/users/{}/dm", peer.id)).await.ok(200);
        assert_eq!(
            (&again["id"], &again["peer"]["id"], &again["name"]),
            (&first["id"], &json!(peer.id), &json!(peer.name))
        );
    }
}

#[tokio::test]
async fn twenty_at_once_from_both_sides_make_one_room() {
    let [alice, bob] = stack().users().await;
    let (to_bob, to_alice) = (format!("/users/{}/dm", bob.id), format!("/users/{}/dm", alice.id));
    let body = json!({"type": "direct", "user_id": bob.id});
    let opens = (0..20).map(|number| {
        let (alice, bob, to_bob, to_alice, body) = (&alice, &bob, &to_bob, &to_alice, body.clone());
        async move {
            match number % 3 {
                0 => alice.poke(to_bob).await,
                1 => bob.poke(to_alice).await,
                _ => alice.post("/rooms", body).await,
            }
        }
    });
    let answers = join_all(opens).await;
    for answer in &answers {
        assert!(matches!(answer.status, 200 | 201), "{}: {}", answer.what, answer.text);
        assert_eq!(answer.json["id"], answers[0].json["id"]);
    }
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    for user in [&alice, &bob] {
        assert_eq!(user.get("/rooms").await.ok(200)["rooms"].as_array().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn both_talk_in_it_and_nobody_else() {
    let [alice, bob, stranger] = stack().users().await;
    let room = alice.direct_room(&bob).await;
    let socket = Socket::connect(&bob).await;
    alice.send(&room, "psst").await;
    socket.expect_message(&room, "psst").await;
    bob.send(&room, "yes?").await;
    assert_eq!(contents(&alice.page(&room, "").await), ["yes?", "psst"]);
    stranger.get(&format!("/rooms/{room}/messages")).await.problem(403, "not_a_member");
    stranger
        .post(&format!("/rooms/{room}/messages"), json!({"content": "c"}))
        .await
        .problem(403, "not_a_member");
}

#[tokio::test]
async fn somebody_must_be_there() {
    let user = stack().user().await;
    for id in ["0199aaaa-0000-7000-8000-000000000000", "nonsense"] {
        user.poke(&format!("/users/{id}/dm")).await.problem(404, "not_found");
    }
    user.poke(&format!("/users/{}/dm", user.id)).await.problem(400, "validation_failed");
    assert_eq!(user.get("/rooms").await.ok(200)["rooms"], json!([]));
}
