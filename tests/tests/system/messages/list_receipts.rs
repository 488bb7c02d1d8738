//! `GET /messages/{message_id}/receipts`

use parlance_tests::prelude::*;

async fn receipts(user: &User, message: &Value, query: &str) -> Value {
    let path = format!("/messages/{}/receipts?{query}", message["id"].as_str().unwrap());
    user.get(&path).await.ok(200)
}

fn readers(receipts: &Value) -> Vec<String> {
    let list = receipts["receipts"].as_array().unwrap().iter();
    let read = list.filter(|receipt| receipt["read_at"].is_string());
    read.map(|receipt| receipt["user"]["id"].as_str().unwrap().to_owned()).collect()
}

async fn read(user: &User, room: &str, message: &Value) -> Value {
    user.post(&format!("/rooms/{room}/read"), json!({"message_id": message["id"]})).await.ok(200)
}

#[tokio::test]
async fn who_has_read_is_listed_latest_first_without_the_sender() {
    let [alice, bob, carol, dave, stranger] = stack().users().await;
    let room = alice.private_room_with(&[&bob, &carol, &dave]).await;
    let sent = alice.send_all(&room, ["1", "2"]).await;
    assert_eq!(receipts(&alice, &sent[0], "").await["read_count"], 0);
    read(&bob, &room, &sent[1]).await;
    read(&carol, &room, &sent[0]).await;
    let first = receipts(&dave, &sent[0], "").await;
    assert_eq!(
        (first["read_count"].as_u64(), first["receipts"].as_array().unwrap().len()),
        (Some(2), 2)
    );
    let mut both = readers(&first);
    both.sort();
    let mut wanted = [bob.id.clone(), carol.id.clone()];
    wanted.sort();
    assert_eq!(both, wanted);
    first["receipts"].as_array().unwrap().iter().for_each(|r| shape::compact_user(&r["user"]));
    assert_eq!(readers(&receipts(&alice, &sent[1], "").await), [bob.id.as_str()]);
    let page = receipts(&alice, &sent[0], "limit=1").await;
    let cursor = page["next_cursor"].as_str().unwrap();
    let rest = receipts(&alice, &sent[0], &format!("limit=1&cursor={cursor}")).await;
    assert_eq!([readers(&page), readers(&rest)].concat(), readers(&first));
    assert_eq!((&rest["next_cursor"], &rest["read_count"]), (&Value::Null, &json!(2)));
    // Sending is reading; leaving takes one's receipt along.
    dave.send(&room, "3").await;
    assert_eq!(receipts(&alice, &sent[1], "").await["read_count"], 2);
    bob.leave(&room).await;
    assert_eq!(readers(&receipts(&alice, &sent[1], "").await), [dave.id.as_str()]);
    let path = format!("/messages/{}/receipts", sent[0]["id"].as_str().unwrap());
    for user in [&bob, &stranger] {
        user.get(&path).await.problem(403, "not_a_member");
    }
    for bad in ["limit=0", "cursor=x"] {
        alice.get(&format!("{path}?{bad}")).await.problem(400, "validation_failed");
    }
}

#[tokio::test]
async fn in_a_direct_room_the_sender_learns_of_arrival_and_of_reading() {
    let [alice, bob] = stack().users().await;
    let room = alice.direct_room(&bob).await;
    let phone = Socket::connect(&alice).await;
    let unseen = alice.send(&room, "are you there?").await;
    let none = receipts(&alice, &unseen, "").await;
    assert_eq!((&none["read_count"], &none["receipts"]), (&json!(0), &json!([])));
    let before = alice.room(&room).await;
    assert_eq!((&before["peer_read_seq"], &before["peer_delivered_seq"]), (&json!(0), &json!(0)));
    // Fetching the page is receiving.
    bob.page(&room, "").await;
    let arrived = phone.expect("message_delivered", |d| d["message_id"] == unseen["id"]).await;
    assert_eq!(arrived.data["user_id"], bob.id.as_str());
    assert_eq!(
        (&arrived.data["room_id"], &arrived.data["delivered_seq"]),
        (&json!(room), &unseen["seq"])
    );
    let delivered = receipts(&alice, &unseen, "").await;
    assert_eq!(delivered["read_count"], 0);
    let receipt = &delivered["receipts"][0];
    assert_eq!((&receipt["user"]["id"], &receipt["read_at"]), (&json!(bob.id), &Value::Null));
    assert_eq!(receipt["delivered_at"], arrived.data["delivered_at"]);
    // So is a frame on an open socket.
    let _device = Socket::connect(&bob).await;
    let seen = alice.send(&room, "now you are").await;
    phone.expect("message_delivered", |d| d["message_id"] == seen["id"]).await;
    assert_eq!(alice.room(&room).await["peer_delivered_seq"], seen["seq"]);
    read(&bob, &room, &seen).await;
    phone.expect("message_read", |d| d["message_id"] == seen["id"]).await;
    let after = alice.room(&room).await;
    assert_eq!(after["peer_read_seq"], seen["seq"]);
    let rooms = alice.get("/rooms").await.ok(200);
    assert_eq!(rooms["rooms"][0]["peer_read_seq"], seen["seq"]);
    assert_eq!(readers(&receipts(&alice, &unseen, "").await), [bob.id.as_str()]);
    let group = alice.make_room("public", "Tea").await;
    assert_eq!(alice.room(&group).await["peer_read_seq"], Value::Null);
}

async fn hide(user: &User, hides: bool) {
    user.patch("/users/me", json!({"settings": {"hides_read": hides}})).await.ok(200);
}

fn told_by(socket: &Socket, reader: &User) -> Vec<Frame> {
    socket.seen(|f| f.kind == "message_read" && f.data["user_id"] == reader.id.as_str())
}

#[tokio::test]
async fn who_hides_reading_shows_none_and_sees_none() {
    let [alice, bob, carol] = stack().users().await;
    let room = alice.room_with(&[&bob, &carol]).await;
    let (device, bobs) = (Socket::connect(&alice).await, Socket::connect(&bob).await);
    hide(&bob, true).await;
    let sent = alice.send(&room, "read this").await;
    let state = read(&bob, &room, &sent).await;
    assert_eq!(state["unread_count"], 0, "for oneself it is read");
    read(&carol, &room, &sent).await;
    device.expect("message_read", |data| data["user_id"] == carol.id.as_str()).await;
    alice.send(&room, "fence").await;
    bobs.expect_message(&room, "fence").await;
    assert_eq!(told_by(&bobs, &carol).len(), 0, "{:?}", told_by(&bobs, &carol));
    let later = Socket::connect(&bob).await;
    assert_eq!(told_by(&device, &bob).len(), 0, "{:?}", told_by(&device, &bob));
    for user in [&alice, &carol] {
        let shown = receipts(user, &sent, "").await;
        assert_eq!((readers(&shown), &shown["read_count"]), (vec![carol.id.clone()], &json!(1)));
    }
    let shown = receipts(&bob, &sent, "").await;
    assert_eq!(readers(&shown), [bob.id.as_str()], "of nobody but oneself");
    // Not for ever: from then on both ways again.
    hide(&bob, false).await;
    let next = alice.send(&room, "and this").await;
    read(&bob, &room, &next).await;
    device.expect("message_read", |data| data["user_id"] == bob.id.as_str()).await;
    assert_eq!(readers(&receipts(&alice, &next, "").await), [bob.id.as_str()]);
    read(&carol, &room, &next).await;
    for socket in [&bobs, &later] {
        socket.expect("message_read", |data| data["user_id"] == carol.id.as_str()).await;
    }
    assert_eq!(receipts(&bob, &sent, "").await["read_count"], 2);
}

#[tokio::test]
async fn in_a_direct_room_one_who_hides_reading_hides_it_both_ways() {
    let [alice, bob, carol] = stack().users().await;
    let room = alice.direct_room(&bob).await;
    let lobby = carol.room_with(&[&alice, &bob]).await;
    let (alices, bobs) = (Socket::connect(&alice).await, Socket::connect(&bob).await);
    let (asked, answered) = (alice.send(&room, "there?").await, bob.send(&room, "yes").await);
    assert!(alice.room(&room).await["peer_read_seq"].is_u64(), "bob has written, so he has read");
    hide(&bob, true).await;
    read(&alice, &room, &answered).await;
    let more = alice.send(&room, "good").await;
    read(&bob, &room, &more).await;
    for user in [&alice, &bob] {
        assert_eq!(user.room(&room).await["peer_read_seq"], Value::Null);
        let listed = user.get("/rooms").await.ok(200)["rooms"].as_array().unwrap().clone();
        let listed = listed.into_iter().find(|shown| shown["id"] == room.as_str()).unwrap();
        assert_eq!(listed["peer_read_seq"], Value::Null);
        for message in [&asked, &answered, &more] {
            let others = readers(&receipts(user, message, "").await);
            assert!(others.iter().all(|reader| *reader == user.id), "{others:?}");
        }
    }
    carol.send(&lobby, "fence").await;
    for (socket, reader) in [(&alices, &bob), (&bobs, &alice)] {
        socket.expect_message(&lobby, "fence").await;
        assert_eq!(told_by(socket, reader).len(), 0, "{:?}", told_by(socket, reader));
    }
}
