//! One story told through all four faces: Ada speaks over our own routes, a Pleroma client and a Cadmium client;
//! Bob has a server of his own and speaks DirectChat. In the end everybody holds the same history.

use parlance_tests::cadmium::{Cadmium, GENERAL, MESSAGE, SERVER};
use parlance_tests::peer::{Peer, about};
use parlance_tests::pleroma::{CHATS, Client};
use parlance_tests::prelude::*;

/// What a DirectChat peer holds after it has done what it was told, and said.
#[derive(Default)]
struct Held(Vec<(String, String)>);

impl Held {
    fn says(&mut self, id: &str, text: &str) {
        self.0.push((id.to_owned(), text.to_owned()));
    }

    fn edits(&mut self, id: &str, text: &str) {
        let one = self.0.iter_mut().find(|(one, _)| one == id);
        one.expect("the event that is edited").1 = text.to_owned();
    }

    fn texts(&self) -> Vec<&str> {
        self.0.iter().map(|(_, text)| text.as_str()).collect()
    }
}

#[tokio::test]
async fn one_story_told_through_all_faces_is_the_same_on_each() {
    let ada = stack().user().await;
    let bob = Peer::start("Bob").await;
    let pleroma = Client::of(&ada).await;
    let live = pleroma.live("?stream=user:pleroma_chat").await;
    let cadmium = Cadmium::of(stack(), &ada).await;
    let socket = Socket::connect(&ada).await;
    let mut held = Held::default();

    // Bob begins, and all of Ada's devices hear of it.
    held.says(&bob.say(&ada, "Is anybody there?").await, "Is anybody there?");
    let room = ada.only_contact().await["room_id"].as_str().unwrap().to_owned();
    socket.expect_message(&room, "Is anybody there?").await;
    live.update("Is anybody there?").await;
    let push = cadmium.text("Is anybody there?").await;
    let bob_there = push["from"].as_str().unwrap().to_owned();

    // She answers over each of them; he and her other devices hear it.
    ada.send(&room, "I am, over REST").await;
    held.says(&bob.heard("chat", "I am, over REST").await.event_id, "I am, over REST");
    live.update("I am, over REST").await;
    cadmium.text("I am, over REST").await;
    pleroma.send(&room, "And over Pleroma").await;
    held.says(&bob.heard("chat", "And over Pleroma").await.event_id, "And over Pleroma");
    socket.expect_message(&room, "And over Pleroma").await;
    cadmium.text("And over Pleroma").await;
    let payload = json!({"type": GENERAL, "content": {"text": "And over Cadmium"}});
    cadmium.yes(MESSAGE, json!([bob_there]), payload).await;
    held.says(&bob.heard("chat", "And over Cadmium").await.event_id, "And over Cadmium");
    socket.expect_message(&room, "And over Cadmium").await;
    live.update("And over Cadmium").await;

    // He corrects himself, and she takes a word back.
    let (first, _) = held.0[0].clone();
    bob.send(&ada, about("edit", &first, "Is *anybody* there?")).await;
    held.edits(&first, "Is *anybody* there?");
    socket
        .expect("message_updated", |data| data["message"]["content"] == "Is *anybody* there?")
        .await;
    let slip = ada.send(&room, "a slip").await;
    let slip_there = bob.heard("chat", "a slip").await.event_id;
    held.says(&slip_there, "a slip");
    cadmium.text("a slip").await;
    ada.delete(&format!("/messages/{}", slip["id"].as_str().unwrap())).await.ok(200);
    let gone = bob.heard("edit", "[deleted]").await;
    assert_eq!(gone.body["target"], slip_there.as_str());
    held.edits(&slip_there, "[deleted]");
    held.says(&bob.say(&ada, "Good bye").await, "Good bye");
    socket.expect_message(&room, "Good bye").await;
    live.update("Good bye").await;
    cadmium.text("Good bye").await;

    let story = [
        "Is *anybody* there?",
        "I am, over REST",
        "And over Pleroma",
        "And over Cadmium",
        "[deleted]",
        "Good bye",
    ];
    assert_eq!(contents(&ada.page(&room, "order=asc").await), story);
    assert_eq!(held.texts(), story);
    // Pleroma's lists leave out what was deleted.
    let mut there = pleroma.contents(&room, "limit=40").await;
    there.reverse();
    let kept: Vec<&str> = story.into_iter().filter(|text| *text != "[deleted]").collect();
    assert_eq!(there, kept);
    let chat = pleroma.get(&format!("{CHATS}/{room}")).await.ok(200);
    assert_eq!(chat["last_message"]["content"], "Good bye");
    // Cadmium has no history, edits or deletions: its client holds what was said, when it was said.
    let said = ["Is anybody there?", "I am, over REST", "And over Pleroma", "a slip", "Good bye"];
    assert_eq!(cadmium.texts(), said, "its own message was answered, not pushed");
    assert!(bob_there.ends_with(&format!("@{SERVER}")), "{bob_there}");
}
