//! `$connect`: tokens in the handshake.

use parlance_tests::cadmium::{Cadmium, GENERAL, MESSAGE, entity};
use parlance_tests::prelude::*;
use tokio_tungstenite::tungstenite::Error;

#[tokio::test]
async fn a_token_in_the_handshake_says_whose_it_is() {
    let [juliet, romeo] = stack().users().await;
    let (first, token) = Cadmium::login(stack(), &juliet).await;
    first.close().await;
    let room = romeo.direct_room(&juliet).await;
    romeo.send(&room, "are you there?").await;
    let by_header = Cadmium::handshake(stack(), "", Some(&token)).await.unwrap();
    by_header.text("are you there?").await;
    by_header.say(&romeo, "I am").await;
    let by_query = Cadmium::handshake(stack(), &format!("?token={token}"), None).await.unwrap();
    by_query.say(&romeo, "here").await;
}

#[tokio::test]
async fn a_bad_one_is_refused_and_none_is_fine() {
    let user = stack().user().await;
    let (_, token) = Cadmium::login(stack(), &user).await;
    let forged = format!("{}x", &token[..token.len() - 1]);
    for bad in ["x", "a.b.c", user.token.as_str(), forged.as_str()] {
        match Cadmium::handshake(stack(), "", Some(bad)).await {
            Err(Error::Http(response)) => assert_eq!(response.status().as_u16(), 401, "{bad}"),
            Err(error) => panic!("{bad}: {error:?}"),
            Ok(_) => panic!("{bad} was accepted"),
        }
    }
    let client = Cadmium::open(stack()).await;
    let text = json!({"type": GENERAL, "content": {"text": "hello"}});
    client.no(MESSAGE, json!([entity(&user)]), text, "unauthorized").await;
}

#[tokio::test]
async fn a_client_is_seen_as_present() {
    let [juliet, romeo] = stack().users().await;
    romeo.direct_room(&juliet).await;
    let watching = Socket::connect(&romeo).await;
    let _client = Cadmium::of(stack(), &juliet).await;
    watching
        .expect("presence_updated", |data| {
            data["user_id"] == juliet.id.as_str() && data["status"] == "online"
        })
        .await;
}

#[tokio::test]
async fn the_operator_may_leave_it_out() {
    let stack = Stack::start(Options::new().param("CadmiumEnabled", false));
    assert!(Cadmium::handshake(&stack, "", None).await.is_err(), "nothing is there");
    let [one, other] = stack.users().await;
    let room = one.direct_room(&other).await;
    let socket = Socket::connect(&other).await;
    one.send(&room, "the rest works").await;
    socket.expect_message(&room, "the rest works").await;
}
