//! `notify`: who is told by whose name is written, what takes it back, and who wants to know
//!
//! What a room's messages lead to is worked off in their order, so a later mention that has arrived is the
//! fence for what must not have come of an earlier message.

use crate::notifications::eventually;
use parlance_tests::prelude::*;

fn all(list: &Value) -> Vec<Value> {
    list["notifications"].as_array().cloned().unwrap_or_default()
}

/// Type and content of each, newest first.
fn kinds(list: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    all(list).iter().map(|notice| (text(&notice["type"]), text(&notice["content"]))).collect()
}

fn of(list: &Value, message: &Value) -> Vec<Value> {
    all(list).into_iter().filter(|notice| notice["message_id"] == message["id"]).collect()
}

async fn notifications(user: &User) -> Value {
    user.get("/notifications?limit=100").await.ok(200)
}

/// Names somebody in a room, and waits until they have been told; the message.
async fn name(sender: &User, room: &str, named: &User) -> Value {
    let message = sender.send(room, &format!("now @{}", named.name)).await;
    eventually(named, |list| !of(list, &message).is_empty()).await;
    message
}

/// The room as soon as it counts so many mentions.
async fn mentioned(user: &User, room: &str, count: u64) -> Value {
    let deadline = tokio::time::Instant::now() + parlance_tests::DEADLINE;
    loop {
        let shown = user.room(room).await;
        if shown["mention_count"] == count {
            return shown;
        }
        assert!(tokio::time::Instant::now() < deadline, "{shown:#}");
        tokio::task::yield_now().await;
    }
}

async fn set_level(user: &User, room: &str, level: &str) {
    let path = format!("/rooms/{room}/notification-preference");
    user.put(&path, json!({"level": level})).await.ok(200);
}

async fn block(user: &User, whom: &User) {
    user.call("PUT", &format!("/users/{}/block", whom.id), Payload::None).await.ok(200);
}

fn path(message: &Value) -> String {
    format!("/messages/{}", message["id"].as_str().unwrap())
}

#[tokio::test]
async fn who_is_added_is_told_and_who_comes_by_themselves_is_not() {
    let [owner, guest, walker] = stack().users().await;
    let room = owner.make_room("public", "Tea room").await;
    let device = Socket::connect_with(&guest, "subscribe=explicit").await;
    walker.join(&room).await;
    owner.add(&room, &guest).await;
    let event = device.expect("notification", |_| true).await;
    shape::event(&event);
    let notice = &event.data["notification"];
    assert_eq!(
        (&notice["type"], &notice["content"], &notice["room_id"], &notice["actor"]["id"]),
        (&json!("room_invite"), &json!("Tea room"), &json!(room), &json!(owner.id))
    );
    assert_eq!(event.data["unread_count"], 1);
    let list = notifications(&guest).await;
    assert_eq!(kinds(&list), [("room_invite".to_owned(), "Tea room".to_owned())]);
    assert_eq!(all(&list)[0]["id"], notice["id"], "what is told is what is kept");
    for user in [&owner, &walker] {
        assert_eq!(all(&notifications(user).await), [Value::Null; 0]);
    }
}

#[tokio::test]
async fn nobody_is_told_by_whom_they_have_blocked() {
    let [owner, guest, carol] = stack().users().await;
    let shared = carol.room_with(&[&owner, &guest]).await;
    let private = owner.make_room("private", "Trap").await;
    block(&guest, &owner).await;
    let body = json!({"user_id": guest.id});
    owner.post(&format!("/rooms/{private}/members"), body).await.problem(403, "blocked");
    let root = guest.send(&shared, "a question").await;
    let text = format!("@{} hey", guest.name);
    owner.send_as(&shared, json!({"content": text, "parent_message_id": root["id"]})).await;
    let fence = name(&carol, &shared, &guest).await;
    let list = notifications(&guest).await;
    assert_eq!((all(&list).len(), of(&list, &fence).len()), (1, 1), "{list:#}");
    assert_eq!(guest.room(&shared).await["mention_count"], 1);
}

#[tokio::test]
async fn who_is_named_is_told_whatever_the_case() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let device = Socket::connect_with(&bob, "subscribe=explicit").await;
    let text = format!("hello @{}!", bob.name.to_uppercase());
    let sent = alice.send(&room, &text).await;
    let event = device.expect("notification", |_| true).await;
    shape::event(&event);
    let notice = &event.data["notification"];
    assert_eq!(
        (&notice["type"], &notice["message_id"], &notice["content"], &notice["seq"]),
        (&json!("mention"), &sent["id"], &json!(text), &sent["seq"])
    );
    assert_eq!(kinds(&notifications(&bob).await), [("mention".to_owned(), text)]);
}

#[tokio::test]
async fn code_oneself_and_those_outside_are_not_told() {
    let [alice, bob, outside] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    let (me, them, far) = (&alice.name, &bob.name, &outside.name);
    for text in [
        format!("`@{them}`"),
        format!("```\n@{them}\n```"),
        format!("mail x@{them}.org"),
        format!("@{me} and @{far}"),
    ] {
        alice.send(&room, &text).await;
    }
    let fence = name(&alice, &room, &bob).await;
    let list = notifications(&bob).await;
    assert_eq!((all(&list).len(), of(&list, &fence).len()), (1, 1), "{list:#}");
    assert_eq!(bob.room(&room).await["mention_count"], 1);
    assert_eq!(alice.room(&room).await["mention_count"], 0);
    // Whoever comes later was not there.
    outside.join(&room).await;
    assert_eq!(outside.room(&room).await["mention_count"], 0);
    for user in [&alice, &outside] {
        assert_eq!(all(&notifications(user).await), [Value::Null; 0], "{}", user.name);
    }
}

#[tokio::test]
async fn a_message_is_one_notification_of_the_first_kind_that_applies() {
    let [alice, bob] = stack().users().await;
    let room = alice.direct_room(&bob).await;
    let root = bob.send(&room, "a question").await;
    let plain = alice.send(&room, "plain").await;
    let reply = json!({"content": "an answer", "parent_message_id": root["id"]});
    let reply = alice.send_as(&room, reply).await;
    let text = format!("@{} an answer", bob.name);
    let both = json!({"content": text, "parent_message_id": root["id"]});
    let both = alice.send_as(&room, both).await;
    let list = eventually(&bob, |list| !of(list, &both).is_empty()).await;
    for (message, kind) in [(&plain, "direct_message"), (&reply, "reply"), (&both, "mention")] {
        let rows = of(&list, message);
        assert_eq!(rows.len(), 1, "{kind}: {list:#}");
        assert_eq!((&rows[0]["type"], &rows[0]["count"]), (&json!(kind), &json!(1)));
    }
    assert_eq!((all(&list).len(), &list["unread_count"]), (3, &json!(3)));
}

#[tokio::test]
async fn an_edit_tells_only_those_it_names_for_the_first_time() {
    let [alice, bob, carol] = stack().users().await;
    let room = alice.room_with(&[&bob, &carol]).await;
    let (bobs, carols) = (Socket::connect(&bob).await, Socket::connect(&carol).await);
    let sent = name(&alice, &room, &bob).await;
    let first = of(&notifications(&bob).await, &sent)[0]["id"].clone();
    bobs.expect("notification", |data| data["notification"]["id"] == first).await;
    assert_eq!(all(&notifications(&carol).await), [Value::Null; 0]);
    let text = format!("@{} and @{}", bob.name, carol.name);
    alice.put(&path(&sent), json!({"content": text})).await.ok(200);
    let told = carols.expect("notification", |_| true).await;
    let notice = &told.data["notification"];
    assert_eq!(
        (&notice["type"], &notice["message_id"], &notice["content"]),
        (&json!("mention"), &sent["id"], &json!(text))
    );
    mentioned(&carol, &room, 1).await;
    // An edit that names nobody new tells nobody.
    alice.put(&path(&sent), json!({"content": format!("{text}!")})).await.ok(200);
    let fence = name(&alice, &room, &bob).await;
    let last = of(&notifications(&bob).await, &fence)[0]["id"].clone();
    bobs.expect("notification", |data| data["notification"]["id"] == last).await;
    let again = bobs.seen(|frame| {
        frame.kind == "notification"
            && frame.data["notification"]["message_id"] == sent["id"]
            && frame.data["notification"]["content"] != format!("now @{}", bob.name)
    });
    assert!(again.is_empty(), "told again of what was told before: {again:?}");
    let list = notifications(&bob).await;
    assert_eq!((of(&list, &sent).len(), all(&list).len()), (1, 2), "{list:#}");
    assert_eq!(of(&list, &sent)[0]["content"], format!("{text}!"), "as it is now");
    assert_eq!(all(&notifications(&carol).await).len(), 1);
    assert_eq!(bob.room(&room).await["mention_count"], 2);
    assert_eq!(carol.room(&room).await["mention_count"], 1);
}

#[tokio::test]
async fn a_deleted_mention_is_taken_back_everywhere() {
    let [alice, bob, carol] = stack().users().await;
    let room = alice.room_with(&[&bob, &carol]).await;
    let device = Socket::connect(&bob).await;
    let kept = name(&alice, &room, &bob).await;
    let gone = name(&alice, &room, &bob).await;
    let everybody = alice.send(&room, "@all come").await;
    eventually(&carol, |list| !of(list, &everybody).is_empty()).await;
    let list = eventually(&bob, |list| !of(list, &everybody).is_empty()).await;
    mentioned(&bob, &room, 3).await;
    for (message, left) in [(&gone, 2), (&everybody, 1)] {
        let id = of(&list, message)[0]["id"].clone();
        alice.delete(&path(message)).await.ok(200);
        let event = device.expect("notification_removed", |data| data["ids"] == json!([id])).await;
        shape::event(&event);
        assert_eq!(event.data["unread_count"], left);
        mentioned(&bob, &room, left).await;
    }
    let list = eventually(&bob, |list| all(list).len() == 1).await;
    assert_eq!((of(&list, &kept).len(), &list["unread_count"]), (1, &json!(1)));
    mentioned(&carol, &room, 0).await;
    eventually(&carol, |list| list["unread_count"] == 0 && all(list).is_empty()).await;
}

#[tokio::test]
async fn mentions_are_counted_until_they_are_read() {
    let [alice, bob] = stack().users().await;
    let room = alice.room_with(&[&bob]).await;
    assert_eq!(bob.room(&room).await["mention_count"], 0);
    let first = name(&alice, &room, &bob).await;
    alice.send(&room, "nobody").await;
    let second = name(&alice, &room, &bob).await;
    let shown = mentioned(&bob, &room, 2).await;
    assert_eq!(shown["unread_count"], 3);
    assert_eq!(bob.get("/rooms").await.ok(200)["rooms"][0]["mention_count"], 2);
    let read = format!("/rooms/{room}/read");
    let state = bob.post(&read, json!({"message_id": first["id"]})).await.ok(200);
    assert_eq!((&state["mention_count"], &state["unread_count"]), (&json!(1), &json!(2)));
    assert_eq!(bob.room(&room).await["mention_count"], 1);
    let list = notifications(&bob).await;
    assert_eq!(list["unread_count"], 1, "what the room's mark has passed is read");
    assert_eq!(of(&list, &first)[0]["read"], true);
    let state = bob.post(&read, json!({})).await.ok(200);
    assert_eq!((&state["mention_count"], &state["unread_count"]), (&json!(0), &json!(0)));
    assert_eq!(notifications(&bob).await["unread_count"], 0);
    let unread = format!("/rooms/{room}/unread");
    let state = bob.post(&unread, json!({"message_id": second["id"]})).await.ok(200);
    assert_eq!((&state["mention_count"], &state["unread_count"]), (&json!(1), &json!(1)));
    assert_eq!(bob.room(&room).await["mention_count"], 1);
}

#[tokio::test]
async fn all_are_told_once_but_for_the_sender() {
    let [alice, bob, carol, outside] = stack().users().await;
    let room = alice.room_with(&[&bob, &carol]).await;
    let text = format!("@all, and @{} too", bob.name);
    let sent = alice.send(&room, &text).await;
    assert_eq!(sent["mentions_all"], true);
    let fence = alice.send(&room, "@here as well").await;
    for user in [&bob, &carol] {
        let list = eventually(user, |list| !of(list, &fence).is_empty()).await;
        let rows = of(&list, &sent);
        assert_eq!((rows.len(), all(&list).len()), (1, 2), "{list:#}");
        assert_eq!(rows[0]["type"], "mention");
        mentioned(user, &room, 2).await;
    }
    // Code is no call, and an edit can become one.
    let quoted = alice.send(&room, "`@all`").await;
    name(&alice, &room, &bob).await;
    assert_eq!(of(&notifications(&bob).await, &quoted), [Value::Null; 0]);
    alice.put(&path(&quoted), json!({"content": "@channel"})).await.ok(200);
    for user in [&bob, &carol] {
        eventually(user, |list| of(list, &quoted).len() == 1).await;
    }
    for user in [&alice, &outside] {
        assert_eq!(all(&notifications(user).await), [Value::Null; 0]);
    }
    assert_eq!(alice.room(&room).await["mention_count"], 0);
}

#[tokio::test]
async fn a_muted_room_tells_nothing_and_counts_mentions() {
    let [alice, bob, carol] = stack().users().await;
    let room = alice.room_with(&[&bob, &carol]).await;
    let device = Socket::connect(&bob).await;
    set_level(&bob, &room, "muted").await;
    let root = bob.send(&room, "a question").await;
    alice.send_as(&room, json!({"content": "an answer", "parent_message_id": root["id"]})).await;
    alice.send(&room, &format!("@{}", bob.name)).await;
    alice.send(&room, "@all").await;
    name(&alice, &room, &carol).await;
    let shown = mentioned(&bob, &room, 2).await;
    assert_eq!(shown["unread_count"], 4);
    assert_eq!(all(&notifications(&bob).await), [Value::Null; 0]);
    assert_eq!(bob.get("/auth/me").await.ok(200)["unread_total"], 0);
    // From when it is not muted any more, and not for what was.
    set_level(&bob, &room, "all").await;
    let fence = name(&alice, &room, &bob).await;
    device.expect("notification", |data| data["notification"]["message_id"] == fence["id"]).await;
    let told = device.seen(|frame| {
        frame.kind == "notification" && frame.data["notification"]["message_id"] != fence["id"]
    });
    assert!(told.is_empty(), "{told:?}");
    assert_eq!(all(&notifications(&bob).await).len(), 1);
}

#[tokio::test]
async fn a_room_of_mentions_tells_of_mentions_and_answers_only() {
    let [alice, bob] = stack().users().await;
    let room = alice.direct_room(&bob).await;
    set_level(&bob, &room, "mentions").await;
    let root = bob.send(&room, "a question").await;
    alice.send(&room, "plain").await;
    let reply = json!({"content": "an answer", "parent_message_id": root["id"]});
    let reply = alice.send_as(&room, reply).await;
    let fence = name(&alice, &room, &bob).await;
    let list = notifications(&bob).await;
    assert_eq!((of(&list, &reply).len(), of(&list, &fence).len()), (1, 1), "{list:#}");
    assert_eq!(all(&list).len(), 2, "{list:#}");
    assert_eq!(bob.room(&room).await["unread_count"], 3, "unread is unread all the same");
}
