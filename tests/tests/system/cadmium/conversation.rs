//! One conversation between somebody in the web app and somebody with a Cadmium client.

use parlance_tests::cadmium::{Cadmium, GEOLOCATION, MESSAGE, READ, entity};
use parlance_tests::prelude::*;

#[tokio::test]
async fn a_conversation_is_the_same_on_both_sides() {
    let [romeo, juliet] = stack().users().await;
    let web = Socket::connect(&romeo).await;
    let cadmium = Cadmium::of(stack(), &juliet).await;
    // She begins; his list gets the room.
    let first = cadmium.say(&romeo, "Ay me!").await;
    let joined = web.expect("user_joined", |data| data["room"]["type"] == "direct").await;
    let room = joined.data["room_id"].as_str().unwrap().to_owned();
    let heard = web.expect_message(&room, "Ay me!").await;
    assert_eq!(heard.data["message"]["sender"]["id"], juliet.id.as_str());
    // He reads, and answers her message.
    romeo.post(&format!("/rooms/{room}/read"), json!({})).await.ok(200);
    cadmium.push(READ, |payload| payload["messageID"] == first).await;
    let body = json!({"content": "She *speaks*", "parent_message_id": heard.data["message"]["id"]});
    let answer = romeo.send_as(&room, body).await;
    let push = cadmium.text("She *speaks*").await;
    assert_eq!((&push["payload"]["reply"], &push["from"]), (&json!(first), &json!(entity(&romeo))));
    // He edits it: she keeps what she has. He deletes another: she keeps that too, and the web shows neither.
    let path = format!("/messages/{}", answer["id"].as_str().unwrap());
    romeo.put(&path, json!({"content": "She speaks"})).await.ok(200);
    let slip = romeo.send(&room, "a slip").await;
    cadmium.text("a slip").await;
    romeo.delete(&format!("/messages/{}", slip["id"].as_str().unwrap())).await.ok(200);
    // A deleted message can be read up to, and not answered.
    let slip =
        cadmium.frames().into_iter().find(|f| f["payload"]["content"]["text"] == "a slip").unwrap();
    let id = &slip["payload"]["messageID"];
    cadmium.yes(READ, json!([entity(&romeo)]), json!({"messageID": id})).await;
    let reply =
        json!({"type": parlance_tests::cadmium::GENERAL, "content": {"text": "?"}, "reply": id});
    cadmium.no(MESSAGE, json!([entity(&romeo)]), reply, "unknown_message").await;
    // A place from her, a file from him.
    let place = json!({"type": GEOLOCATION, "content": {"lat": 45.4384, "lon": 10.9917}});
    cadmium.yes(MESSAGE, json!([entity(&romeo)]), place).await;
    web.expect_message(&room, "geo:45.4384,10.9917").await;
    let file = romeo.upload("rose.png", &parlance_tests::files::png(20, 20)).await;
    romeo.send_files(&room, "", &[&file]).await;
    let push = cadmium.push(MESSAGE, |p| p["content"]["media"].is_array()).await;
    assert_eq!(push["payload"]["content"]["text"], "");
    assert_eq!(push["payload"]["content"]["media"][0]["mimeType"], "image/png");
    // The history that both have by REST.
    let expected = ["Ay me!", "She speaks", "[deleted]", "geo:45.4384,10.9917", ""];
    for user in [&romeo, &juliet] {
        assert_eq!(contents(&user.page(&room, "order=asc").await), expected);
    }
    // A block ends it, both ways.
    juliet.call("PUT", &format!("/users/{}/block", romeo.id), Payload::None).await.ok(200);
    romeo
        .post(&format!("/rooms/{room}/messages"), json!({"content": "?"}))
        .await
        .problem(403, "blocked");
    let text = json!({"type": parlance_tests::cadmium::GENERAL, "content": {"text": "?"}});
    cadmium.no(MESSAGE, json!([entity(&romeo)]), text, "banned").await;
}
