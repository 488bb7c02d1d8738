//! `POST /directchat/contacts`

use parlance_tests::peer::Peer;
use parlance_tests::prelude::*;

#[tokio::test]
async fn a_contact_is_a_direct_room() {
    let alice = stack().user().await;
    let socket = Socket::connect(&alice).await;
    let bea = Peer::start("Bea").await;
    let body =
        json!({"address": format!("{}/", bea.address), "channel": "#tea", "nickname": "Aunt Bea"});
    let contact = alice.contacts_call("POST", "", Some(body.clone())).await.ok(201);
    assert_eq!((&contact["address"], &contact["channel"]), (&json!(bea.address), &json!("tea")));
    let room = contact["room_id"].as_str().unwrap();
    socket.expect("user_joined", |data| data["room_id"] == room).await;
    let shown = alice.room(room).await;
    assert_eq!((&shown["type"], &shown["name"]), (&json!("direct"), &json!("Aunt Bea")));
    assert_eq!(shown["peer"]["id"], contact["user"]["id"]);
    let again = alice.contacts_call("POST", "", Some(body)).await.ok(200);
    assert_eq!(again["id"], contact["id"]);
    alice.send(room, "hello").await;
    assert_eq!(bea.heard("chat", "hello").await.path, "/send/%23tea");
}

#[tokio::test]
async fn who_wrote_first_is_found() {
    let alice = stack().user().await;
    let bea = Peer::start("Bea").await;
    bea.say(&alice, "hello").await;
    let there = alice.only_contact().await;
    let body = json!({"address": bea.address});
    let found = alice.contacts_call("POST", "", Some(body)).await.ok(200);
    assert_eq!(found["id"], there["id"]);
}

#[tokio::test]
async fn the_user_behind_it_is_nobody_elses() {
    let [alice, bob] = stack().users().await;
    let contact = alice.add_contact("bea.example").await;
    let name = contact["user"]["username"].as_str().unwrap();
    assert_eq!(contact["address"], "https://bea.example");
    let found = bob.get(&format!("/users/search?q={name}")).await.ok(200);
    assert_eq!(found["users"], json!([]), "the directory does not list them");
    let body = json!({"username": name, "password": PASSWORD});
    let refused = bob.api.call("POST", "/auth/login", None, body.clone()).await;
    refused.problem(401, "invalid_credentials");
    let taken = bob.api.call("POST", "/auth/register", None, body).await;
    taken.problem(409, "username_taken");
}

#[tokio::test]
async fn what_is_no_address_is_refused() {
    let alice = stack().user().await;
    for (body, pointer) in [
        (json!({}), "/address"),
        (json!({"address": 7}), "/address"),
        (json!({"address": ""}), "/address"),
        (json!({"address": "ftp://bea.example"}), "/address"),
        (json!({"address": "https://bea.example?x"}), "/address"),
        (json!({"address": "https://10.1.2.3"}), "/address"),
        (json!({"address": "http://[fe80::1]"}), "/address"),
        (json!({"address": "bea.example", "channel": "a b"}), "/channel"),
        (json!({"address": "bea.example", "nickname": " "}), "/nickname"),
    ] {
        let refused = alice.contacts_call("POST", "", Some(body.clone())).await;
        assert_eq!(refused.status, 400, "{body}: {}", refused.text);
        assert!(refused.points_at(pointer), "{body}: {}", refused.text);
    }
    assert_eq!(alice.contacts().await.len(), 0);
}
