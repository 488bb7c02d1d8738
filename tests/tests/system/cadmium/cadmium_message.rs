//! `urn:cadmium:chats:private:message`: the published examples, and everything that can be wrong with one.

use parlance_tests::cadmium::{
    AUDIO, Cadmium, GENERAL, GEOLOCATION, MESSAGE, SERVER, assert_refused, entity, members,
};
use parlance_tests::files;
use parlance_tests::prelude::*;

fn text(text: &str) -> Value {
    json!({"type": GENERAL, "content": {"text": text}})
}

fn is_uuid(value: &Value) -> bool {
    let text = value.as_str().unwrap_or_default();
    uuid::Uuid::try_parse(text).is_ok_and(|id| id.to_string() == text)
}

/// Whole seconds of a time of ours.
fn seconds(time: &Value) -> i64 {
    let format = &time::format_description::well_known::Rfc3339;
    time::OffsetDateTime::parse(time.as_str().unwrap(), format).unwrap().unix_timestamp()
}

/// The exchange of the document: `hello world` under the id `abcd`, its answer, and what the other side gets.
#[tokio::test]
async fn the_published_exchange_field_by_field() {
    let [user1, user2] = stack().users().await;
    let sender = Cadmium::of(stack(), &user1).await;
    let receiver = Cadmium::of(stack(), &user2).await;
    let frame = json!({"id": "abcd", "type": MESSAGE, "to": [entity(&user2)], "payload": text("hello world")});
    sender.send_text(frame.to_string()).await;
    let answer = sender.expect(|frame| frame["id"] == "abcd").await;
    assert_eq!(members(&answer), ["from", "id", "ok", "payload", "type"]);
    assert_eq!(answer["type"], MESSAGE);
    assert_eq!((&answer["from"], &answer["ok"]), (&json!(SERVER), &json!(true)));
    assert_eq!(members(&answer["payload"]), ["messageID", "originServerTimestamp"]);
    assert!(is_uuid(&answer["payload"]["messageID"]), "{answer}");
    let stamp = answer["payload"]["originServerTimestamp"].as_i64().unwrap();
    let room = user1.direct_room(&user2).await;
    let message = &user1.page(&room, "").await["messages"][0];
    assert_eq!(stamp, seconds(&message["created_at"]));

    let push = receiver.text("hello world").await;
    assert_eq!(members(&push), ["from", "id", "ok", "payload", "type"]);
    assert_eq!(push["type"], MESSAGE);
    assert_eq!((&push["from"], &push["ok"]), (&json!(entity(&user1)), &json!(true)));
    assert!(push["id"].as_str().is_some_and(|id| !id.is_empty() && id != "abcd"), "{push}");
    let expected = json!({
        "messageID": answer["payload"]["messageID"],
        "originServerTimestamp": stamp,
        "type": GENERAL,
        "content": {"text": "hello world"},
    });
    assert_eq!(push["payload"], expected);
}

/// The second exchange of the document: a picture by its address, without text.
#[tokio::test]
async fn the_published_exchange_with_media() {
    let [user1, user2] = stack().users().await;
    let sender = Cadmium::of(stack(), &user1).await;
    let receiver = Cadmium::of(stack(), &user2).await;
    let url = "https://upload.cadmium.im/4a771ac1-f0b2-4a4a-9700-f2a26fa2bb67";
    let content = json!({"text": "", "media": [{"url": url, "mimeType": "image/jpeg"}]});
    let payload = json!({"type": GENERAL, "content": content});
    let sent = sender.yes(MESSAGE, json!([entity(&user2)]), payload).await;
    // Somebody else's address stays a link: nobody here has seen what is behind it.
    let push = receiver.text(url).await;
    assert_eq!(push["payload"]["messageID"], sent["messageID"]);
    assert_eq!(push["payload"]["content"], json!({"text": url}));
    let room = user1.direct_room(&user2).await;
    assert_eq!(contents(&user2.page(&room, "").await), [url]);
}

#[tokio::test]
async fn later_types_are_answered_and_told_under_their_own_names() {
    let [user1, user2] = stack().users().await;
    let (client, token) = Cadmium::login(stack(), &user1).await;
    client.close().await;
    let kind = "urn:cadmium:chats:message";
    // The first frame says who it is and how it is spelled.
    let sender = Cadmium::open(stack()).await;
    let frame =
        json!({"type": kind, "to": [entity(&user2)], "authToken": token, "payload": text("hello")});
    let answer = sender.ask(frame).await;
    assert_eq!((&answer["type"], &answer["ok"]), (&json!(kind), &json!(true)), "{answer}");
    let receiver = Cadmium::of(stack(), &user2).await;
    receiver.text("hello").await;
    receiver.say(&user1, "hello back").await;
    let push = sender.push(kind, |payload| payload["content"]["text"] == "hello back").await;
    assert_eq!(push["from"], entity(&user2));
    assert!(sender.frames().iter().all(|frame| frame["type"] != MESSAGE), "one spelling is enough");
    // Who signs in by the youngest way is told in both.
    let both = Cadmium::open(stack()).await;
    let fields = json!({"username": user1.name, "password": PASSWORD});
    let auth = json!({"type": "urn:cadmium:auth:login_password", "fields": fields});
    both.yes("urn:cadmium:auth", json!(SERVER), auth).await;
    both.ping().await;
    let room = user1.direct_room(&user2).await;
    for number in 0.. {
        // Until the connection has caught up, which nothing tells.
        let one = format!("both {number}");
        user2.send(&room, &one).await;
        let told = both
            .wait_for(std::time::Duration::from_secs(1), |f| {
                f["payload"]["content"]["text"] == one.as_str() && f["type"] == kind
            })
            .await;
        if told.is_some() {
            both.text(&one).await;
            break;
        }
        assert!(number < 60, "never told");
    }
}

#[tokio::test]
async fn our_files_become_attachments_and_come_back_as_addresses_anybody_can_fetch() {
    let [user1, user2] = stack().users().await;
    let sender = Cadmium::of(stack(), &user1).await;
    let receiver = Cadmium::of(stack(), &user2).await;
    let bytes = files::png(24, 24);
    let [one, other] = [user1.upload("a.png", &bytes).await, user1.upload("b.png", &bytes).await];
    let theirs = user2.upload("c.png", &bytes).await;
    let address =
        |file: &Value| format!("https://chat.example.org{}", file["url"].as_str().unwrap());
    let media: Vec<Value> =
        [one["url"].as_str().unwrap().to_owned(), address(&other), address(&theirs)]
            .iter()
            .map(|url| json!({"url": url, "mimeType": "image/png"}))
            .collect();
    let payload = json!({"type": GENERAL, "content": {"text": "look", "media": media}});
    sender.yes(MESSAGE, json!([entity(&user2)]), payload).await;
    let wanted = format!("look\n{}", address(&theirs));
    let push = receiver.text(&wanted).await;
    let media = push["payload"]["content"]["media"].as_array().unwrap();
    assert_eq!(media.len(), 2);
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    for file in media {
        assert_eq!(members(file), ["mimeType", "url"]);
        assert_eq!(file["mimeType"], "image/png");
        let got = client.get(file["url"].as_str().unwrap()).send().await.unwrap();
        assert_eq!(got.status().as_u16(), 200);
        assert_eq!(got.headers()["content-type"], "image/png");
        assert_eq!(got.bytes().await.unwrap().to_vec(), bytes);
    }
    let room = user1.direct_room(&user2).await;
    let page = user2.page(&room, "").await;
    let names: Vec<&Value> = page["messages"][0]["attachments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|a| &a["filename"])
        .collect();
    assert_eq!(names, ["a.png", "b.png"]);
    // A file is sent once; the second time its address is one like any other.
    let again = json!({"type": GENERAL, "content": {"text": "", "media": [{"url": address(&one), "mimeType": "image/png"}]}});
    sender.yes(MESSAGE, json!([entity(&user2)]), again).await;
    receiver.text(&address(&one)).await;
}

#[tokio::test]
async fn sounds_and_places_are_what_they_were_on_the_other_side() {
    let [user1, user2] = stack().users().await;
    let sender = Cadmium::of(stack(), &user1).await;
    let receiver = Cadmium::of(stack(), &user2).await;
    let place = json!({"type": GEOLOCATION, "content": {"lat": 52.520008, "lon": 13.404954}});
    sender.yes(MESSAGE, json!([entity(&user2)]), place.clone()).await;
    let push = receiver.push(MESSAGE, |payload| payload["type"] == GEOLOCATION).await;
    assert_eq!(push["payload"]["content"], place["content"]);
    let sound = json!({"type": AUDIO, "content": {"url": "https://upload.cadmium.im/sound.ogg"}});
    sender.yes(MESSAGE, json!([entity(&user2)]), sound).await;
    receiver.text("https://upload.cadmium.im/sound.ogg").await;
    let file = user1.upload("voice.wav", &wav()).await;
    let sound = json!({"type": AUDIO, "content": {"url": file["url"]}});
    sender.yes(MESSAGE, json!([entity(&user2)]), sound).await;
    let push = receiver.push(MESSAGE, |payload| payload["type"] == AUDIO).await;
    assert_eq!(members(&push["payload"]["content"]), ["url"]);
    let room = user1.direct_room(&user2).await;
    let page = user2.page(&room, "order=asc").await;
    assert_eq!(
        contents(&page),
        ["geo:52.520008,13.404954", "https://upload.cadmium.im/sound.ogg", ""]
    );
    assert_eq!(page["messages"][2]["attachments"][0]["mime_type"], "audio/wav");
}

/// A tenth of a second of silence.
fn wav() -> Vec<u8> {
    let samples = vec![0_u8; 1_600];
    let mut bytes = b"RIFF".to_vec();
    bytes.extend(u32::try_from(36 + samples.len()).unwrap().to_le_bytes());
    bytes.extend(b"WAVEfmt ");
    bytes.extend(16_u32.to_le_bytes());
    for word in [1_u16, 1] {
        bytes.extend(word.to_le_bytes());
    }
    bytes.extend(8_000_u32.to_le_bytes());
    bytes.extend(16_000_u32.to_le_bytes());
    for word in [2_u16, 16] {
        bytes.extend(word.to_le_bytes());
    }
    bytes.extend(b"data");
    bytes.extend(u32::try_from(samples.len()).unwrap().to_le_bytes());
    bytes.extend(samples);
    bytes
}

#[tokio::test]
async fn a_reply_names_what_it_answers_both_ways() {
    let [user1, user2] = stack().users().await;
    let sender = Cadmium::of(stack(), &user1).await;
    let receiver = Cadmium::of(stack(), &user2).await;
    let first = sender.say(&user2, "first").await;
    let mut payload = text("second");
    payload["reply"] = json!(first);
    let second = receiver.yes(MESSAGE, json!([entity(&user1)]), payload).await;
    let push = sender.text("second").await;
    assert_eq!(
        members(&push["payload"]),
        ["content", "messageID", "originServerTimestamp", "reply", "type"]
    );
    assert_eq!(push["payload"]["reply"], first);
    let room = user1.direct_room(&user2).await;
    let page = user1.page(&room, "order=asc").await;
    assert_eq!(page["messages"][1]["reply_to_message_id"], page["messages"][0]["id"]);
    // From the web, to a reply.
    let body = json!({"content": "third", "parent_message_id": page["messages"][1]["id"]});
    user1.send_as(&room, body).await;
    let push = receiver.text("third").await;
    assert_eq!(push["payload"]["reply"], second["messageID"]);
    for unknown in [
        "3b5135a5-aff5-4396-a629-a254f383e82f",
        "7",
        "",
        page["messages"][0]["id"].as_str().unwrap(),
    ] {
        let mut payload = text("nothing");
        payload["reply"] = json!(unknown);
        sender.no(MESSAGE, json!([entity(&user2)]), payload, "unknown_message").await;
    }
    // A message of another chat is no message of this one.
    let user3 = stack().user().await;
    let elsewhere = sender.say(&user3, "elsewhere").await;
    let mut payload = text("nothing");
    payload["reply"] = json!(elsewhere);
    sender.no(MESSAGE, json!([entity(&user2)]), payload, "unknown_message").await;
}

#[tokio::test]
async fn the_same_request_twice_is_one_message() {
    let [user1, user2] = stack().users().await;
    let sender = Cadmium::of(stack(), &user1).await;
    let frame =
        json!({"id": "abcd", "type": MESSAGE, "to": [entity(&user2)], "payload": text("once")});
    let mut ids = Vec::new();
    for _ in 0..3 {
        sender.send_text(frame.to_string()).await;
        ids.push(
            sender.expect(|frame| frame["id"] == "abcd").await["payload"]["messageID"].clone(),
        );
    }
    ids.dedup();
    assert_eq!(ids.len(), 1, "{ids:?}");
    // A client whose requests all have the same id, as in the document, is understood too.
    let other =
        json!({"id": "abcd", "type": MESSAGE, "to": [entity(&user2)], "payload": text("another")});
    sender.send_text(other.to_string()).await;
    assert_ne!(sender.expect(|frame| frame["id"] == "abcd").await["payload"]["messageID"], ids[0]);
    let anonymous = json!({"type": MESSAGE, "to": [entity(&user2)], "payload": text("no id")});
    for _ in 0..2 {
        sender.send_text(anonymous.to_string()).await;
        sender.expect(|frame| frame["id"] == "" && frame["ok"] == true).await;
    }
    let room = user1.direct_room(&user2).await;
    assert_eq!(
        contents(&user1.page(&room, "order=asc").await),
        ["once", "another", "no id", "no id"]
    );
}

#[tokio::test]
async fn whom_it_is_for_must_be_one_user_of_this_server() {
    let [user1, user2] = stack().users().await;
    let client = Cadmium::of(stack(), &user1).await;
    let they = entity(&user2);
    for (to, error) in [
        (json!([]), "invalid_recipient"),
        (Value::Null, "invalid_recipient"),
        (json!([they, they]), "invalid_recipient"),
        (json!([SERVER]), "invalid_recipient"),
        (json!(["#tea@localhost"]), "invalid_recipient"),
        (json!(["%email:a@b.c@localhost"]), "invalid_recipient"),
        (json!([user2.name]), "invalid_recipient"),
        (json!(["@@localhost"]), "invalid_recipient"),
        (json!([""]), "invalid_recipient"),
        (json!([entity(&user1)]), "invalid_recipient"),
        (json!([format!("@{}@cadmium.org", user2.name.to_lowercase())]), "unknown-host"),
        (json!(["@nobody_here_at_all@localhost"]), "unknown_user"),
        (json!(["@a=b@localhost"]), "unknown_user"),
    ] {
        client.no(MESSAGE, to, text("hello"), error).await;
    }
    for to in [json!(7), json!([7]), json!({"a": 1})] {
        let answer = client.ask(json!({"type": MESSAGE, "to": to, "payload": text("hello")})).await;
        assert_refused(&answer, "parseError");
    }
    client.yes(MESSAGE, json!(they), text("one as a bare text")).await;
}

#[tokio::test]
async fn a_deactivated_account_cannot_be_written_to() {
    let [user1, user2, user3] = stack().users().await;
    let client = Cadmium::of(stack(), &user1).await;
    client.say(&user2, "hello").await;
    for user in [&user2, &user3] {
        user.post("/users/me/deactivate", json!({"password": PASSWORD})).await.ok(200);
        client.no(MESSAGE, json!([entity(user)]), text("still there?"), "unknown_user").await;
    }
}

#[tokio::test]
async fn what_cannot_be_a_message_is_refused_and_leaves_nothing() {
    let [user1, user2] = stack().users().await;
    let client = Cadmium::of(stack(), &user1).await;
    let to = json!([entity(&user2)]);
    let general = |content: Value| json!({"type": GENERAL, "content": content});
    for (payload, error) in [
        (json!({}), "parseError"),
        (json!([]), "parseError"),
        (json!({"type": GENERAL}), "parseError"),
        (json!({"type": 7, "content": {}}), "parseError"),
        (general(json!({})), "parseError"),
        (general(json!("hello")), "parseError"),
        (general(json!({"text": 7})), "parseError"),
        (general(json!({"text": "a", "media": {}})), "parseError"),
        (json!({"type": GENERAL, "content": {"text": "a"}, "reply": 7}), "parseError"),
        (json!({"type": AUDIO, "content": {}}), "parseError"),
        (json!({"type": GEOLOCATION, "content": {"lat": "1", "lon": 2}}), "parseError"),
        (
            json!({"type": "urn:cadmium:chats:message-types:video", "content": {}}),
            "invalid_payload",
        ),
        (json!({"type": GEOLOCATION, "content": {"lat": 91, "lon": 2}}), "invalid_payload"),
        (general(json!({"text": ""})), "invalid_payload"),
        (general(json!({"text": " \n "})), "invalid_payload"),
        (general(json!({"text": "a\u{0}b"})), "invalid_payload"),
        (general(json!({"text": "x".repeat(10_001)})), "invalid_payload"),
        (
            general(
                json!({"text": "", "media": [{"url": "javascript:alert(1)", "mimeType": "text/html"}]}),
            ),
            "invalid_payload",
        ),
    ] {
        client.no(MESSAGE, to.clone(), payload, error).await;
    }
    let rooms = user1.get("/rooms").await.ok(200);
    assert_eq!(rooms["rooms"], json!([]), "not even a room");
}

#[tokio::test]
async fn who_is_blocked_is_banned_and_later_types_say_so_at_length() {
    let [user1, user2] = stack().users().await;
    let client = Cadmium::of(stack(), &user1).await;
    client.say(&user2, "hello").await;
    user2.call("PUT", &format!("/users/{}/block", user1.id), Payload::None).await.ok(200);
    let to = json!([entity(&user2)]);
    let refused = client.no(MESSAGE, to.clone(), text("hello"), "banned").await;
    assert_eq!(members(&refused), ["errID", "errText"]);
    client
        .no(
            "urn:cadmium:chats:message",
            to.clone(),
            text("hello"),
            "urn:cadmium:chats:private:banned",
        )
        .await;
    // Whoever has blocked cannot write either.
    let theirs = Cadmium::of(stack(), &user2).await;
    theirs.no(MESSAGE, json!([entity(&user1)]), text("hello"), "banned").await;
    user2.delete(&format!("/users/{}/block", user1.id)).await.ok(200);
    client.yes(MESSAGE, to, text("again")).await;
    // Somebody one has never talked to.
    let user3 = stack().user().await;
    user3.call("PUT", &format!("/users/{}/block", user1.id), Payload::None).await.ok(200);
    client.no(MESSAGE, json!([entity(&user3)]), text("hello"), "banned").await;
}

#[tokio::test]
async fn too_many_are_told_how_long_to_wait() {
    let [user1, user2] = limited().users().await;
    let client = Cadmium::of(limited(), &user1).await;
    for number in 0..10 {
        client.say(&user2, &number.to_string()).await;
    }
    let refused = client.no(MESSAGE, json!([entity(&user2)]), text("11"), "ratelimit_exceed").await;
    assert_eq!(members(&refused), ["errID", "errPayload", "errText"]);
    let wait = refused["errPayload"]["retryAfter"].as_u64().unwrap();
    assert!((1..=700_000).contains(&wait), "milliseconds: {wait}");
    // Names that nobody has cannot be tried out without end: thirty of them.
    for number in 0..30 {
        client
            .no(MESSAGE, json!([format!("@nobody{number}@localhost")]), text("?"), "unknown_user")
            .await;
    }
    client.no(MESSAGE, json!(["@nobody@localhost"]), text("?"), "ratelimit_exceed").await;
}

#[tokio::test]
async fn the_longest_text_arrives_or_is_cut_where_a_frame_ends() {
    let [user1, user2] = stack().users().await;
    let receiver = Cadmium::of(stack(), &user2).await;
    let room = user1.direct_room(&user2).await;
    let whole = "字".repeat(10_000);
    user1.send(&room, &whole).await;
    receiver.text(&whole).await;
    user1.send(&room, &"😀".repeat(10_000)).await;
    let cut = receiver
        .push(MESSAGE, |p| p["content"]["text"].as_str().is_some_and(|t| t.starts_with("😀")))
        .await;
    let shown = cut["payload"]["content"]["text"].as_str().unwrap();
    assert!(shown.ends_with('…') && shown.chars().count() > 7_000, "{}", shown.len());
}
