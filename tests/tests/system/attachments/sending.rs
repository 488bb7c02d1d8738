//! Messages with files: `POST /rooms/{room_id}/messages` and `send_message`

use parlance_tests::files::*;
use parlance_tests::prelude::*;

/// Where bytes of a file lie in the bucket.
pub fn objects_of(stack: &Stack, file: &Value) -> Vec<String> {
    let id = file["id"].as_str().expect("an id");
    let mut found = vec![];
    let mut folders = vec![stack.data().join("s3")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let text = path.to_string_lossy().into_owned();
                // The stand-in's own notes begin with a dot.
                let note = entry.file_name().to_string_lossy().starts_with('.');
                if text.contains(id) && !note {
                    found.push(text);
                }
            }
        }
    }
    found.sort();
    found
}

#[tokio::test]
async fn files_come_with_the_message_everywhere() {
    let [user, friend] = stack().users().await;
    let room = user.room_with(&[&friend]).await;
    let socket = Socket::connect(&friend).await;
    let photo = user.upload("a.png", &png(400, 300)).await;
    let paper = user.upload("b.pdf", &pdf()).await;
    let sent = user.send_files(&room, "both", &[&photo, &paper]).await;
    assert_eq!(sent["type"], "file");
    assert_eq!(sent["attachments"], json!([photo, paper]));
    let event = socket.expect_message(&room, "both").await;
    assert_eq!(event.data["message"]["attachments"], sent["attachments"]);
    assert_eq!(
        friend.page(&room, "limit=1").await["messages"][0]["attachments"],
        sent["attachments"]
    );
    assert_eq!(
        friend.message(sent["id"].as_str().unwrap()).await["attachments"],
        sent["attachments"]
    );
    let position = sent["seq"].as_u64().unwrap() - 1;
    let resumed = socket.ack(json!({"type": "resume", "rooms": {&room: position}})).await;
    assert_eq!(resumed["events"][0]["data"]["message"]["attachments"], sent["attachments"]);
}

#[tokio::test]
async fn the_type_follows_from_the_files_and_text_may_be_empty() {
    let user = stack().user().await;
    let room = user.make_room("public", "Tea").await;
    let photo = user.upload("a.png", &png(30, 30)).await;
    let sent = user.send_files(&room, "  ", &[&photo]).await;
    assert_eq!((&sent["type"], &sent["content"]), (&json!("image"), &json!("")));
    let path = format!("/rooms/{room}/messages");
    user.post(&path, json!({"content": ""})).await.invalid("/content");
    user.post(&path, json!({"content": "", "attachments": []})).await.invalid("/content");
    user.post(&path, json!({"attachments": []})).await.invalid("/content");
    let socket = Socket::connect(&user).await;
    let other = user.upload("b.png", &png(30, 30)).await;
    let by_frame = json!({"type": "send_message", "room_id": room, "attachments": [other["id"]]});
    let sent = socket.ack(by_frame).await;
    assert_eq!(sent["message"]["type"], "image");
    assert_eq!(sent["message"]["attachments"], json!([other]));
}

#[tokio::test]
async fn what_cannot_be_sent_is_named_and_nothing_is() {
    let [user, other] = stack().users().await;
    let room = user.room_with(&[&other]).await;
    let path = format!("/rooms/{room}/messages");
    let file = user.upload("a.png", &png(8, 8)).await;
    let theirs = other.upload("a.png", &png(8, 8)).await;
    let pending = user.announce("a.png", "image/png", 100).await;
    let used = user.upload("a.png", &png(8, 8)).await;
    user.send_files(&room, "used", &[&used]).await;
    let send = async |ids: Vec<&Value>| {
        user.post(&path, json!({"content": "x", "attachments": ids})).await
    };
    let unknown = json!("0198c0de-9000-7000-8000-0000000000f1");
    send(vec![&file["id"], &theirs["id"]]).await.invalid("/attachments/1");
    send(vec![&pending["id"]]).await.invalid("/attachments/0");
    send(vec![&used["id"]]).await.invalid("/attachments/0");
    send(vec![&unknown]).await.invalid("/attachments/0");
    send(vec![&file["id"], &file["id"]]).await.invalid("/attachments/1");
    send(vec![&file["id"]; 11]).await.invalid("/attachments");
    send(vec![&json!("x")]).await.invalid("/attachments/0");
    send(vec![&json!(7)]).await.invalid("/attachments/0");
    let all = user.history(&room, 100).await;
    assert!(all.iter().all(|message| message["content"] != "x"), "nothing was sent");
    let mut ten = vec![];
    for _ in 0..10 {
        ten.push(user.upload("a.png", &png(8, 8)).await);
    }
    let sent = user.send_files(&room, "ten", &ten.iter().collect::<Vec<_>>()).await;
    assert_eq!(sent["attachments"].as_array().map(Vec::len), Some(10));
}

#[tokio::test]
async fn a_file_is_sent_once_even_in_a_race() {
    let user = stack().user().await;
    let rooms = [user.make_room("public", "one").await, user.make_room("public", "two").await];
    for round in 0..5 {
        let file = user.upload("a.png", &png(8, 8)).await;
        let body = json!({"content": "mine", "attachments": [file["id"]]});
        let send = |room: &String| {
            let (user, body) = (user.clone(), body.clone());
            let path = format!("/rooms/{room}/messages");
            async move { user.post(&path, body).await.status }
        };
        let (a, b) = futures_util::future::join(send(&rooms[0]), send(&rooms[1])).await;
        let mut both = [a, b];
        both.sort_unstable();
        assert_eq!(both, [201, 400], "round {round}");
    }
}

#[tokio::test]
async fn a_retry_finds_what_was_sent() {
    let user = stack().user().await;
    let room = user.make_room("public", "Tea").await;
    let file = user.upload("a.png", &png(8, 8)).await;
    let other = user.upload("b.png", &png(8, 8)).await;
    let path = format!("/rooms/{room}/messages");
    let body = json!({"content": "", "client_id": "k", "attachments": [file["id"]]});
    let first = user.post(&path, body.clone()).await.ok(201);
    assert_eq!(user.post(&path, body).await.ok(200), first);
    let body = json!({"content": "", "client_id": "k", "attachments": [other["id"]]});
    user.post(&path, body).await.problem(409, "idempotency_conflict");
}

#[tokio::test]
async fn the_bytes_go_with_the_message() {
    let user = stack().user().await;
    let room = user.make_room("public", "Tea").await;
    let file = user.upload("a.png", &png(1200, 400)).await;
    let sent = user.send_files(&room, "look", &[&file]).await;
    let objects = objects_of(stack(), &file);
    assert_eq!(objects.len(), 4, "the file and three thumbnails: {objects:?}");
    let id = sent["id"].as_str().unwrap();
    let gone = user.delete(&format!("/messages/{id}")).await.ok(200);
    shape::tombstone(&gone["message"], &user.id);
    assert_eq!(objects_of(stack(), &file), Vec::<String>::new());
    user.meta(&file).await.problem(404, "not_found");
}
