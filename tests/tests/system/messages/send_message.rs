//! `POST /rooms/{room_id}/messages`

use futures_util::future::join_all;
use parlance_tests::prelude::*;

fn path(room: &str) -> String {
    format!("/rooms/{room}/messages")
}

#[tokio::test]
async fn a_message_is_stored_and_delivered() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let socket = Socket::connect(&bob).await;
    let sent = alice.send(&room, "Hello **world** 😀").await;
    assert_eq!(
        (&sent["room_id"], &sent["content"], &sent["type"]),
        (&json!(room), &json!("Hello **world** 😀"), &json!("text"))
    );
    assert_eq!(
        (&sent["sender"]["id"], &sent["deleted"], &sent["edited_at"]),
        (&json!(alice.id), &json!(false), &Value::Null)
    );
    assert_eq!(
        (&sent["parent_message_id"], &sent["reply_to_message_id"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(
        (&sent["client_id"], &sent["reactions"], &sent["attachments"]),
        (&Value::Null, &json!([]), &json!([]))
    );
    let event = socket.expect_message(&room, "Hello **world** 😀").await;
    shape::event(&event);
    shape::message(&event.data["message"]);
    assert_eq!((&event.data["seq"], &event.data["message"]["id"]), (&sent["seq"], &sent["id"]));
    let stored = bob.message(sent["id"].as_str().unwrap()).await;
    for member in ["id", "seq", "content", "created_at", "sender", "parent_message_id"] {
        assert_eq!(stored[member], sent[member], "{member}");
    }
}

#[tokio::test]
async fn numbers_rise_with_every_message() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let mut last = 0;
    for number in 0..6 {
        let sender = if number % 2 == 0 { &alice } else { &bob };
        let seq = sender.send(&room, "m").await["seq"].as_u64().unwrap();
        assert!(seq > last);
        last = seq;
    }
}

#[tokio::test]
async fn content_is_1_to_10000_code_points_after_trimming() {
    let user = stack().user().await;
    let room = user.make_room("public", "Tea").await;
    for (content, fits) in [
        ("x".to_owned(), true),
        ("x".repeat(10_000), true),
        ("😀".repeat(10_000), true),
        (format!(" \n{}\t ", "x".repeat(10_000)), true),
        ("x".repeat(10_001), false),
        ("😀".repeat(10_001), false),
        (String::new(), false),
        (" \t\r\n ".to_owned(), false),
        ("\u{3000}\u{a0}".to_owned(), false),
    ] {
        let what = format!("{:.10}… {}", content, content.chars().count());
        let answer = user.post(&path(&room), json!({"content": content})).await;
        if fits {
            assert_eq!(answer.ok(201)["content"], content.trim(), "{what}");
        } else {
            answer.invalid("/content");
        }
    }
}

#[tokio::test]
async fn too_long_says_how_long_it_may_be() {
    let user = stack().user().await;
    let room = user.make_room("public", "Tea").await;
    let problem =
        user.post(&path(&room), json!({"content": "x".repeat(10_001)})).await.invalid("/content");
    assert_eq!(
        (&problem["errors"][0]["code"], &problem["errors"][0]["max"]),
        (&json!("too_long"), &json!(10_000))
    );
    assert_eq!(problem["instance"], path(&room));
}

#[tokio::test]
async fn line_ends_are_lf_and_the_rest_is_kept_as_written() {
    let user = stack().user().await;
    let room = user.make_room("public", "Tea").await;
    assert_eq!(user.send(&room, " a\r\nb\rc\nd ").await["content"], "a\nb\nc\nd");
    for text in [
        "<b>&amp;</b> a < b && c",
        "`code`  with  spaces",
        "مرحبا 你好 👩‍👩‍👧‍👦",
        "\u{202e}abc",
        "e\u{301}",
    ] {
        assert_eq!(user.send(&room, text).await["content"], text);
    }
}

#[tokio::test]
async fn the_same_key_gives_the_same_message() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let socket = Socket::connect(&bob).await;
    let (by_header, by_body) = (username(), username());
    let headers = [("idempotency-key", by_header.as_str())];
    let first = alice.call_with("POST", &path(&room), &headers, json!({"content": "one"})).await;
    assert_eq!(first.header("idempotent-replay"), None);
    let first = first.ok(201);
    let again = alice.call_with("POST", &path(&room), &headers, json!({"content": "one"})).await;
    assert_eq!(again.header("idempotent-replay"), Some("true"));
    let again = again.ok(200);
    assert_eq!(
        (&again["id"], &again["seq"], &again["created_at"]),
        (&first["id"], &first["seq"], &first["created_at"])
    );

    let body = json!({"content": "two", "client_id": by_body});
    let first = alice.post(&path(&room), body.clone()).await.ok(201);
    assert_eq!(first["client_id"], by_body, "the echo");
    let again = alice.post(&path(&room), body.clone()).await;
    assert_eq!(again.header("idempotent-replay"), Some("true"));
    assert_eq!(again.ok(200)["id"], first["id"]);

    // The same key whichever way it comes, over the socket too.
    let headers = [("idempotency-key", by_body.as_str())];
    let other_way =
        alice.call_with("POST", &path(&room), &headers, json!({"content": "two"})).await;
    assert_eq!(other_way.ok(200)["id"], first["id"]);
    let device = Socket::connect(&alice).await;
    let acked = device.ack(json!({"type": "send_message", "room_id": room, "content": "two", "client_id": by_body})).await;
    assert_eq!((&acked["replayed"], &acked["message"]["id"]), (&json!(true), &first["id"]));

    alice.send(&room, "fence").await;
    socket.expect_message(&room, "fence").await;
    assert_eq!(contents(&alice.page(&room, "").await), ["fence", "two", "one"]);
}

#[tokio::test]
async fn a_key_is_of_one_person_and_one_room() {
    let [alice, bob] = stack().users().await;
    let (room, other) = (alice.room_with(&[&bob]).await, alice.room_with(&[&bob]).await);
    let body = json!({"content": "m", "client_id": username()});
    let sent = [
        alice.send_as(&room, body.clone()).await,
        alice.send_as(&other, body.clone()).await,
        bob.send_as(&room, body).await,
    ];
    assert!(sent[0]["id"] != sent[1]["id"] && sent[0]["id"] != sent[2]["id"]);
}

#[tokio::test]
async fn the_same_key_with_other_content_is_a_conflict() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let parent = bob.send(&room, "parent").await["id"].clone();
    let key = username();
    alice.send_as(&room, json!({"content": "one", "client_id": key})).await;
    for other in [
        json!({"content": "two", "client_id": key}),
        json!({"content": "one", "client_id": key, "parent_id": parent}),
    ] {
        alice.post(&path(&room), other).await.problem(409, "idempotency_conflict");
    }
    assert_eq!(contents(&alice.page(&room, "").await), ["one", "parent"]);
}

#[tokio::test]
async fn a_repeat_after_an_edit_or_delete_is_still_the_same_message() {
    let user = stack().user().await;
    let room = user.make_room("public", "Tea").await;
    let body = json!({"content": "one", "client_id": username()});
    let id = user.send_as(&room, body.clone()).await["id"].clone();
    let message = format!("/messages/{}", id.as_str().unwrap());
    user.put(&message, json!({"content": "edited"})).await.ok(200);
    assert_eq!(user.post(&path(&room), body.clone()).await.ok(200)["id"], id);
    user.delete(&message).await.ok(200);
    let again = user.post(&path(&room), body).await.ok(200);
    assert_eq!(again["id"], id);
    shape::tombstone(&again, &user.id);
    assert_eq!(user.page(&room, "").await["messages"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn duplicates_at_once_store_exactly_one() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let device = Socket::connect(&alice).await;
    let body = json!({"content": "once", "client_id": username()});
    let mut frame = body.clone();
    frame["type"] = json!("send_message");
    frame["room_id"] = json!(room);
    let path = path(&room);
    let by_rest = join_all((0..12).map(|_| alice.post(&path, body.clone())));
    let by_socket = join_all((0..4).map(|_| device.ack(frame.clone())));
    let (by_rest, by_socket) = tokio::join!(by_rest, by_socket);
    let mut fresh = 0;
    for answer in &by_rest {
        assert!(matches!(answer.status, 200 | 201), "{}", answer.text);
        assert_eq!(answer.json["id"], by_rest[0].json["id"]);
        assert_eq!(answer.status == 200, answer.header("idempotent-replay") == Some("true"));
        fresh += usize::from(answer.status == 201);
    }
    for data in &by_socket {
        assert_eq!(data["message"]["id"], by_rest[0].json["id"]);
        fresh += usize::from(data["replayed"] == false);
    }
    assert_eq!(fresh, 1);
    assert_eq!(contents(&bob.page(&room, "").await), ["once"]);
    assert_eq!(bob.room(&room).await["unread_count"], 1, "what was not stored is not unread");
    let reader = Socket::connect(&bob).await;
    let message = &by_rest[0].json["id"];
    let read = reader.ack(json!({"type": "read_message", "message_id": message})).await;
    assert_eq!(read["unread_count"], 0);
}

#[tokio::test]
async fn a_reply_names_the_thread_and_what_it_answers() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let root = alice.send(&room, "root").await["id"].clone();
    let reply = bob.send_as(&room, json!({"content": "reply", "parent_message_id": root})).await;
    assert_eq!((&reply["parent_message_id"], &reply["reply_to_message_id"]), (&root, &root));
    let deeper = alice.send_as(&room, json!({"content": "deeper", "parent_id": reply["id"]})).await;
    assert_eq!(
        (&deeper["parent_message_id"], &deeper["reply_to_message_id"]),
        (&root, &reply["id"])
    );
    let stored = bob.message(deeper["id"].as_str().unwrap()).await;
    assert_eq!(
        (&stored["parent_message_id"], &stored["reply_to_message_id"]),
        (&root, &reply["id"])
    );
}

#[tokio::test]
async fn a_parent_is_a_message_of_the_same_room() {
    let user = stack().user().await;
    let (room, other) =
        (user.make_room("public", "one").await, user.make_room("public", "two").await);
    let elsewhere = user.send(&other, "m").await["id"].clone();
    let unknown = elsewhere.as_str().unwrap().replace(&other, &room);
    for parent in
        [elsewhere, json!(format!("{unknown}999")), json!("nonsense"), json!(""), json!("../..")]
    {
        let answer = user.post(&path(&room), json!({"content": "c", "parent_id": parent})).await;
        answer.problem_of(&[(400, "validation_failed"), (404, "not_found")]);
    }
    user.post(&path(&room), json!({"content": "c", "parent_id": 7}))
        .await
        .problem(400, "validation_failed");
    assert_eq!(user.page(&room, "").await["messages"], json!([]));
}

#[tokio::test]
async fn what_is_missing_or_wrong_is_named() {
    let user = stack().user().await;
    let room = user.make_room("public", "Tea").await;
    user.post(&path(&room), json!({})).await.invalid("/content");
    for wrong in [json!(7), json!(null), json!(["c"]), json!({"c": 1}), json!(true)] {
        user.post(&path(&room), json!({"content": wrong})).await.invalid("/content");
    }
    for wrong in [json!(7), json!({}), json!("x".repeat(5000))] {
        user.post(&path(&room), json!({"content": "c", "client_id": wrong}))
            .await
            .invalid("/client_id");
    }
    let system = user.post(&path(&room), json!({"content": "c", "type": "system"})).await;
    assert!(
        system.status == 400 || system.json["type"] == "text",
        "nobody writes as the system: {}",
        system.text
    );
}

#[tokio::test]
async fn only_members_write() {
    let [owner, stranger] = stack().users().await;
    for kind in ["public", "private"] {
        let room = owner.make_room(kind, "Tea").await;
        stranger.post(&path(&room), json!({"content": "c"})).await.problem(403, "not_a_member");
        assert_eq!(owner.page(&room, "").await["messages"], json!([]));
    }
    stranger
        .post(&path("0199aaaa-0000-7000-8000-000000000000"), json!({"content": "c"}))
        .await
        .problem(404, "not_found");
}

#[tokio::test]
async fn a_sender_is_shown_as_they_are_now() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    alice.send(&room, "m").await;
    alice.patch("/users/me", json!({"display_name": "Someone Else"})).await.ok(200);
    let page = bob.page(&room, "").await;
    assert_eq!(page["messages"][0]["sender"]["display_name"], "Someone Else");
}

#[tokio::test]
async fn what_the_server_says_of_a_message_cannot_be_sent_along() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let moment = async |user: &User| {
        let now = user.get("/bootstrap").await.ok(200)["server_time"].as_str().unwrap().to_owned();
        shape::moment(&now).unwrap()
    };
    let device = Socket::connect(&alice).await;
    let other = "0199aaaa-0000-7000-8000-000000000000";
    let claims = json!({
        "content": "x", "created_at": "2001-01-01T00:00:00.000Z", "id": format!("{other}-7"), "seq": 999_999,
        "edited_at": "2001-01-01T00:00:00.000Z", "sender": {"id": bob.id}, "sender_id": bob.id,
        "pinned": true, "deleted": true, "reply_count": 5,
    });
    let before = moment(&alice).await;
    let rest = alice.send_as(&room, claims.clone()).await;
    let mut frame = claims;
    frame["type"] = json!("send_message");
    frame["room_id"] = json!(room);
    let socket = device.ack(frame).await["message"].clone();
    let after = moment(&alice).await;
    for sent in [&rest, &socket] {
        let seen = bob.message(sent["id"].as_str().unwrap()).await;
        assert_eq!(seen["created_at"], sent["created_at"]);
        let at = shape::moment(seen["created_at"].as_str().unwrap()).unwrap();
        assert!(before <= at && at <= after, "{before} {at} {after}");
        assert_eq!((&seen["sender"]["id"], &seen["edited_at"]), (&json!(alice.id), &Value::Null));
        assert_eq!(
            (&seen["pinned"], &seen["deleted"], &seen["reply_count"]),
            (&json!(false), &json!(false), &json!(0))
        );
    }
    assert!(rest["seq"].as_u64().unwrap() < socket["seq"].as_u64().unwrap());
    assert!(socket["seq"].as_u64().unwrap() < 100, "{socket}");
}
