//! `PUT /rooms/{room_id}` (also `PATCH`)

use parlance_tests::prelude::*;

#[tokio::test]
async fn what_is_given_changes_and_nothing_else() {
    let user = stack().user().await;
    let room = user
        .post("/rooms", json!({"type": "public", "name": "Tea", "description": "hot"}))
        .await
        .ok(201);
    let path = format!("/rooms/{}", room["id"].as_str().unwrap());
    let changed = user.put(&path, json!({"name": " Coffee "})).await.ok(200);
    shape::room_of_member(&changed);
    assert_eq!(
        (&changed["name"], &changed["description"], &changed["type"]),
        (&json!("Coffee"), &json!("hot"), &json!("public"))
    );
    let changed = user.patch(&path, json!({"description": null})).await.ok(200);
    assert_eq!((&changed["name"], &changed["description"]), (&json!("Coffee"), &Value::Null));
    let seen = user.get(&path).await.ok(200);
    assert_eq!((&seen["name"], &seen["description"]), (&json!("Coffee"), &Value::Null));
    user.put(&path, json!({"id": "x", "creator_id": "x", "member_count": 99, "name": "Tea"}))
        .await
        .ok(200);
    let seen = user.get(&path).await.ok(200);
    assert_eq!(
        (&seen["id"], &seen["creator_id"], &seen["member_count"]),
        (&room["id"], &json!(user.id), &json!(1))
    );
}

#[tokio::test]
async fn everybody_in_the_room_is_told() {
    let [owner, guest, stranger] = stack().users().await;
    let room = owner.room_with(&[&guest]).await;
    let lobby = owner.room_with(&[&stranger]).await;
    let (socket, outside) = (Socket::connect(&guest).await, Socket::connect(&stranger).await);
    owner.put(&format!("/rooms/{room}"), json!({"name": "Coffee"})).await.ok(200);
    let event = socket.expect("room_updated", |data| data["room_id"] == room.as_str()).await;
    shape::event(&event);
    shape::room(&event.data["room"]);
    assert_eq!(event.data["room"]["name"], "Coffee");
    owner.send(&lobby, "fence").await;
    outside.expect_message(&lobby, "fence").await;
    assert!(outside.seen(|frame| frame.kind == "room_updated").is_empty());
}

#[tokio::test]
async fn a_public_room_may_close_and_never_opens_again() {
    let [owner, stranger] = stack().users().await;
    let room = owner.make_room("public", "Tea").await;
    let path = format!("/rooms/{room}");
    stranger.get(&path).await.ok(200);
    assert_eq!(owner.put(&path, json!({"type": "private"})).await.ok(200)["type"], "private");
    stranger.get(&path).await.problem(403, "not_a_member");
    stranger.poke(&format!("{path}/join")).await.problem(403, "invite_required");
    // What was said among few must not be opened to all.
    owner.put(&path, json!({"type": "public"})).await.invalid("/type");
    assert_eq!(owner.put(&path, json!({"type": "private"})).await.ok(200)["type"], "private");
    for wrong in [json!("direct"), json!("secret"), json!(1)] {
        owner.put(&path, json!({"type": wrong})).await.invalid("/type");
    }
}

#[tokio::test]
async fn members_and_strangers_change_nothing() {
    let [owner, member, stranger] = stack().users().await;
    let room = owner.room_with(&[&member]).await;
    let path = format!("/rooms/{room}");
    let before = owner.room(&room).await;
    for body in [json!({"name": "mine"}), json!({"type": "private"}), json!({})] {
        member.put(&path, body.clone()).await.problem(403, "insufficient_role");
        stranger.patch(&path, body).await.problem(403, "not_a_member");
    }
    assert_eq!(owner.room(&room).await, before);
}

#[tokio::test]
async fn limits_are_those_of_a_new_room() {
    let user = stack().user().await;
    let room = user.make_room("public", "Tea").await;
    let path = format!("/rooms/{room}");
    let before = user.room(&room).await;
    user.put(&path, json!({"name": "n".repeat(101)})).await.invalid("/name");
    user.put(&path, json!({"name": "  "})).await.invalid("/name");
    // A name cannot be cleared; null is refused or counts as not given.
    let cleared = user.put(&path, json!({"name": null})).await;
    assert!(matches!(cleared.status, 200 | 400), "{}", cleared.text);
    user.put(&path, json!({"description": "d".repeat(1001)})).await.invalid("/description");
    // One wrong member spoils the whole change.
    user.put(&path, json!({"name": "Coffee", "description": 7})).await.invalid("/description");
    assert_eq!(user.room(&room).await, before);
}

#[tokio::test]
async fn a_direct_room_stays_as_it_is() {
    let [alice, bob] = stack().users().await;
    let room = alice.direct_room(&bob).await;
    for body in [json!({"name": "ours"}), json!({"type": "public"})] {
        alice.put(&format!("/rooms/{room}"), body).await.problem(400, "direct_room_immutable");
    }
}

#[tokio::test]
async fn an_unknown_room_is_not_found() {
    let user = stack().user().await;
    user.put("/rooms/0199aaaa-0000-7000-8000-000000000000", json!({"name": "n"}))
        .await
        .problem(404, "not_found");
}

#[tokio::test]
async fn a_change_may_depend_on_what_was_read() {
    let [owner, guest] = stack().users().await;
    let room = owner.room_with(&[&guest]).await;
    let path = format!("/rooms/{room}");
    let tag = async || {
        let answer = owner.get(&path).await;
        answer.header("etag").expect("a tag").to_owned()
    };
    let change = async |tag: &str, name: &str| {
        let headers = [("if-match", tag)];
        owner.call_with("PUT", &path, &headers, json!({"name": name})).await
    };
    let first = tag().await;
    // What others say and do in the room is no reason to refuse a name.
    guest.send(&room, "meanwhile").await;
    let changed = change(&first, "Coffee").await;
    let second = changed.header("etag").map(str::to_owned);
    assert_eq!(changed.ok(200)["name"], "Coffee");
    change(&first, "Milk").await.problem(412, "precondition_failed");
    change("\"nonsense\"", "Milk").await.problem(412, "precondition_failed");
    assert_eq!(owner.room(&room).await["name"], "Coffee");
    change(&second.unwrap(), "Milk").await.ok(200);
    change("*", "Water").await.ok(200);
    // Of many who read the same, one changes it.
    let read = tag().await;
    let names: Vec<String> = (0..6).map(|number| format!("Room {number}")).collect();
    let answers =
        futures_util::future::join_all(names.iter().map(|name| change(&read, name))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    for answer in answers.into_iter().filter(|answer| answer.status != 200) {
        answer.problem(412, "precondition_failed");
    }
}

#[tokio::test]
async fn an_admin_changes_the_name_and_never_the_type() {
    let [owner, admin, stranger] = stack().users().await;
    let room = owner.room_with_admin(&admin, &[]).await;
    let path = format!("/rooms/{room}");
    for body in [json!({"type": "private"}), json!({"type": "private", "name": "Mine"})] {
        admin.put(&path, body).await.problem(403, "insufficient_role");
    }
    let seen = stranger.get(&path).await.ok(200);
    assert_eq!((&seen["type"], &seen["name"]), (&json!("public"), &json!("a room")));
    assert_eq!(admin.put(&path, json!({"name": "Tea"})).await.ok(200)["name"], "Tea");
    assert_eq!(owner.put(&path, json!({"type": "private"})).await.ok(200)["type"], "private");
}
