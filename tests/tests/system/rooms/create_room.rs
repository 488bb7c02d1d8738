//! `POST /rooms`

use futures_util::future::join_all;
use parlance_tests::prelude::*;

#[tokio::test]
async fn the_maker_owns_the_room() {
    let user = stack().user().await;
    for kind in ["public", "private"] {
        let answer = user
            .post("/rooms", json!({"type": kind, "name": " Tea ", "description": "and biscuits"}))
            .await;
        let location = answer.header("location").map(str::to_owned);
        let room = answer.ok(201);
        shape::room_of_member(&room);
        let id = room["id"].as_str().unwrap();
        assert!(location.is_some_and(|location| location.ends_with(&format!("/rooms/{id}"))));
        assert_eq!(
            (&room["name"], &room["type"], &room["description"]),
            (&json!("Tea"), &json!(kind), &json!("and biscuits"))
        );
        assert_eq!(
            (&room["role"], &room["member_count"], &room["unread_count"]),
            (&json!("owner"), &json!(1), &json!(0))
        );
        assert_eq!((&room["creator_id"], &room["last_message"]), (&json!(user.id), &Value::Null));
        assert_eq!(user.room(id).await["id"], id);
    }
}

#[tokio::test]
async fn ones_other_devices_hear_of_it_and_nobody_else() {
    let [maker, other] = stack().users().await;
    let lobby = maker.room_with(&[&other]).await;
    let (device, others) = (Socket::connect(&maker).await, Socket::connect(&other).await);
    let room = maker.make_room("public", "Tea").await;
    let event = device.expect("user_joined", |data| data["room_id"] == room.as_str()).await;
    assert_eq!(
        (&event.data["role"], &event.data["user"]["id"], &event.data["room"]["name"]),
        (&json!("owner"), &json!(maker.id), &json!("Tea"))
    );
    maker.send(&lobby, "fence").await;
    others.expect_message(&lobby, "fence").await;
    assert!(others.seen(|frame| frame.data["room_id"] == room.as_str()).is_empty());
}

#[tokio::test]
async fn names_are_1_to_100_characters_after_trimming() {
    let user = stack().user().await;
    for (name, fits) in [
        ("x".to_owned(), true),
        ("n".repeat(100), true),
        ("😀".repeat(100), true),
        (format!("  {}  ", "n".repeat(100)), true),
        ("n".repeat(101), false),
        ("😀".repeat(101), false),
        (String::new(), false),
        (" \t\n ".to_owned(), false),
    ] {
        let answer = user.post("/rooms", json!({"type": "public", "name": name})).await;
        if fits {
            assert_eq!(answer.ok(201)["name"], name.trim());
        } else {
            answer.invalid("/name");
        }
    }
}

#[tokio::test]
async fn descriptions_are_at_most_1000_characters() {
    let user = stack().user().await;
    let with = |description: Value| {
        user.post("/rooms", json!({"type": "public", "name": "n", "description": description}))
    };
    with(json!("😀".repeat(1000))).await.ok(201);
    with(json!("d".repeat(1001))).await.invalid("/description");
    with(json!(7)).await.invalid("/description");
    assert_eq!(with(Value::Null).await.ok(201)["description"], Value::Null);
}

#[tokio::test]
async fn what_is_missing_or_wrong_is_named() {
    let user = stack().user().await;
    user.post("/rooms", json!({"name": "n"})).await.invalid("/type");
    user.post("/rooms", json!({"type": "secret", "name": "n"})).await.invalid("/type");
    user.post("/rooms", json!({"type": "public"})).await.invalid("/name");
    user.post("/rooms", json!({"type": "public", "name": ["n"]})).await.invalid("/name");
    user.post("/rooms", json!({"type": "direct"})).await.invalid("/user_id");
    assert_eq!(user.get("/rooms").await.ok(200)["rooms"], json!([]));
}

#[tokio::test]
async fn a_direct_room_is_made_once() {
    let [alice, bob] = stack().users().await;
    let first = alice.post("/rooms", json!({"type": "direct", "user_id": bob.id})).await.ok(201);
    shape::room_of_member(&first);
    assert_eq!((&first["type"], &first["peer"]["id"]), (&json!("direct"), &json!(bob.id)));
    let again = bob.post("/rooms", json!({"type": "direct", "user_id": alice.id})).await.ok(200);
    assert_eq!((&again["id"], &again["peer"]["id"]), (&first["id"], &json!(alice.id)));
    let unknown = json!({"type": "direct", "user_id": "0199aaaa-0000-7000-8000-000000000000"});
    alice.post("/rooms", unknown).await.problem(404, "not_found");
}

#[tokio::test]
async fn a_repeat_with_the_same_key_makes_no_second_room() {
    let user = stack().user().await;
    let key = username();
    let make = |name: &'static str| {
        let (user, key) = (user.clone(), key.clone());
        async move {
            user.call_with(
                "POST",
                "/rooms",
                &[("idempotency-key", &key)],
                json!({"type": "public", "name": name}),
            )
            .await
        }
    };
    let first = make("one").await.ok(201);
    let again = make("one").await;
    assert!(matches!(again.status, 200 | 201), "{}", again.text);
    assert_eq!(again.json["id"], first["id"]);
    make("another").await.problem(409, "idempotency_conflict");
    assert_eq!(user.get("/rooms").await.ok(200)["rooms"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn many_at_once_with_the_same_key_make_one_room() {
    let user = stack().user().await;
    let key = username();
    let body = json!({"type": "public", "name": "n"});
    let headers = [("idempotency-key", key.as_str())];
    let answers =
        join_all((0..8).map(|_| user.call_with("POST", "/rooms", &headers, body.clone()))).await;
    for answer in &answers {
        assert!(matches!(answer.status, 200 | 201), "{}", answer.text);
        assert_eq!(answer.json["id"], answers[0].json["id"]);
    }
    assert_eq!(user.get("/rooms").await.ok(200)["rooms"].as_array().unwrap().len(), 1);
}
