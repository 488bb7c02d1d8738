//! `PUT /rooms/{room_id}/pins/{message_id}`

use futures_util::future::join_all;
use parlance_tests::prelude::*;
use parlance_tests::rooms::system_lines;

fn id(message: &Value) -> &str {
    message["id"].as_str().unwrap()
}

#[tokio::test]
async fn a_pin_is_shown_everywhere_and_everybody_hears_of_it() {
    let [owner, admin, member] = stack().users().await;
    let room = owner.room_with_admin(&admin, &[&member]).await;
    let message = member.send(&room, "read this").await;
    let socket = Socket::connect(&member).await;
    let pin = admin.pin(&room, id(&message)).await;
    assert_eq!(pin["message"]["content"], "read this");
    assert_eq!(pin["pinned_by"]["id"], admin.id.as_str());
    let event = socket.expect("message_pinned", |_| true).await;
    shape::event(&event);
    assert_eq!(
        (&event.data["message_id"], &event.data["user_id"]),
        (&message["id"], &json!(admin.id))
    );
    assert_eq!(event.data["system_message"]["system"]["kind"], "pinned");
    assert_eq!(member.message(id(&message)).await["pinned"], true);
    assert_eq!(member.room(&room).await["pin_count"], 1);
    assert_eq!(member.pinned(&room).await, ["read this"]);
}

#[tokio::test]
async fn pinning_twice_is_pinning_once() {
    let [owner, admin] = stack().users().await;
    let room = owner.room_with_admin(&admin, &[]).await;
    let message = owner.send(&room, "m").await;
    let first = owner.pin(&room, id(&message)).await;
    let seq = owner.room(&room).await["last_seq"].clone();
    // Whoever asks again gets the pin that is there.
    for who in [&owner, &admin] {
        let again = who.pin(&room, id(&message)).await;
        assert_eq!(
            (&again["pinned_by"], &again["pinned_at"]),
            (&first["pinned_by"], &first["pinned_at"])
        );
    }
    assert_eq!(owner.room(&room).await["last_seq"], seq);
    assert_eq!(owner.room(&room).await["pin_count"], 1);
}

#[tokio::test]
async fn many_pin_the_same_at_once() {
    let [owner, admin] = stack().users().await;
    let room = owner.room_with_admin(&admin, &[]).await;
    let message = owner.send(&room, "m").await;
    let path = format!("/rooms/{room}/pins/{}", id(&message));
    let tries = (0..8).map(|number| {
        let who = if number % 2 == 0 { &owner } else { &admin };
        who.call("PUT", &path, Payload::None)
    });
    for answer in join_all(tries).await {
        shape::pin(&answer.ok(200));
    }
    assert_eq!(owner.room(&room).await["pin_count"], 1);
    let lines = system_lines(&owner.page(&room, "").await);
    assert_eq!(lines.iter().filter(|kind| *kind == "pinned").count(), 1);
}

#[tokio::test]
async fn admins_pin_and_in_a_direct_room_both() {
    let [owner, member, stranger] = stack().users().await;
    let room = owner.room_with(&[&member]).await;
    let message = owner.send(&room, "m").await;
    let path = format!("/rooms/{room}/pins/{}", id(&message));
    let pin = |who: User| {
        let path = path.clone();
        async move { who.call("PUT", &path, Payload::None).await }
    };
    pin(member.clone()).await.problem(403, "insufficient_role");
    pin(stranger.clone()).await.problem(403, "not_a_member");
    assert!(owner.pinned(&room).await.is_empty());
    let direct = owner.direct_room(&member).await;
    let (one, two) = (owner.send(&direct, "one").await, member.send(&direct, "two").await);
    member.pin(&direct, id(&one)).await;
    owner.pin(&direct, id(&two)).await;
    assert_eq!(member.pinned(&direct).await, ["two", "one"]);
}

#[tokio::test]
async fn what_is_gone_elsewhere_or_the_systems_is_not_pinned() {
    let [owner, guest] = stack().users().await;
    let room = owner.room_with(&[&guest]).await;
    let other = owner.make_room("public", "other").await;
    let message = owner.send(&room, "m").await;
    let pin = async |room: &str, message: &str| {
        owner.call("PUT", &format!("/rooms/{room}/pins/{message}"), Payload::None).await
    };
    pin(&other, id(&message)).await.problem(404, "not_found");
    pin(&room, &format!("{room}-9999")).await.problem(404, "not_found");
    let page = owner.page(&room, "").await;
    let line = page["messages"].as_array().unwrap().iter().find(|m| m["type"] == "system").unwrap();
    pin(&room, id(line)).await.problem(400, "validation_failed");
    owner.delete(&format!("/messages/{}", id(&message))).await.ok(200);
    pin(&room, id(&message)).await.problem(404, "message_deleted");
    assert_eq!(owner.room(&room).await["pin_count"], 0);
}

#[tokio::test]
async fn deleting_a_message_takes_its_pin_away() {
    let [owner, member] = stack().users().await;
    let room = owner.room_with(&[&member]).await;
    for _ in 0..4 {
        let message = owner.send(&room, "secret").await;
        let path = format!("/rooms/{room}/pins/{}", id(&message));
        let delete = format!("/messages/{}", id(&message));
        // Whichever is first: no pin stays behind.
        let (pinned, deleted) =
            tokio::join!(owner.call("PUT", &path, Payload::None), owner.delete(&delete));
        deleted.ok(200);
        assert!(matches!(pinned.status, 200 | 404), "{}", pinned.text);
        assert!(member.pinned(&room).await.is_empty());
        assert_eq!(member.room(&room).await["pin_count"], 0);
    }
}

#[tokio::test]
async fn a_room_takes_250_and_no_more() {
    let owner = stack().user().await;
    let room = owner.make_room("private", "Tea").await;
    let numbers: Vec<String> = (0..254).map(|number| number.to_string()).collect();
    let mut messages = vec![];
    for some in numbers.chunks(16) {
        let sends = some.iter().map(|number| owner.send(&room, number));
        messages.extend(join_all(sends).await);
    }
    let pin = async |message: &Value| {
        let path = format!("/rooms/{room}/pins/{}", id(message));
        owner.call("PUT", &path, Payload::None).await
    };
    let (most, last) = messages.split_at(248);
    for some in most.chunks(8) {
        for answer in join_all(some.iter().map(&pin)).await {
            answer.ok(200);
        }
    }
    // Two places, six who want one, all at once.
    let answers = join_all(last.iter().map(&pin)).await;
    let placed = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(placed, 2);
    for answer in answers.into_iter().filter(|answer| answer.status != 200) {
        answer.problem(400, "too_many_pins");
    }
    assert_eq!(owner.room(&room).await["pin_count"], 250);
    let pinned = owner.get(&format!("/rooms/{room}/pins?limit=1")).await.ok(200);
    let newest = &pinned["pins"][0]["message"];
    owner.delete(&format!("/rooms/{room}/pins/{}", id(newest))).await.ok(200);
    let waiting = join_all(last.iter().map(&pin)).await;
    assert!(waiting.iter().any(|answer| answer.status == 200));
    assert_eq!(owner.room(&room).await["pin_count"], 250);
}
