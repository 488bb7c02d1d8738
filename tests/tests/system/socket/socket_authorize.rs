//! Who may open a socket.

use parlance_tests::prelude::*;
use parlance_tests::socket::refused;

#[tokio::test]
async fn a_token_may_come_in_three_places() {
    let user = stack().user().await;
    for way in [
        SignIn::Header(user.token.clone()),
        SignIn::Subprotocol(user.token.clone()),
        SignIn::Query(user.token.clone()),
    ] {
        let socket = Socket::open(&user.ws, way, "").await.expect("a handshake");
        assert_eq!(socket.expect("ready", |_| true).await.data["user_id"], user.id);
        socket.ping().await;
    }
}

#[tokio::test]
async fn the_subprotocol_is_answered() {
    let user = stack().user().await;
    let with = Socket::open(&user.ws, SignIn::Subprotocol(user.token.clone()), "")
        .await
        .expect("a handshake");
    assert_eq!(with.subprotocol.as_deref(), Some("bearer"));
    let without = Socket::connect(&user).await;
    assert_eq!(without.subprotocol, None);
}

#[tokio::test]
async fn without_a_valid_credential_the_handshake_is_401() {
    let user = stack().user().await;
    let altered = crate::whole::tokens::altered(&user.token);
    let unsigned = crate::whole::tokens::unsigned(&user.token);
    for wrong in ["nonsense", "a.b.c", &altered, &unsigned, &user.refresh_token] {
        for way in [
            SignIn::Header(wrong.into()),
            SignIn::Subprotocol(wrong.into()),
            SignIn::Query(wrong.into()),
            SignIn::Ticket(wrong.into()),
        ] {
            assert_eq!(refused(Socket::open(&user.ws, way, "").await), 401, "{wrong}");
        }
    }
    assert_eq!(refused(Socket::open(&user.ws, SignIn::Nothing, "").await), 401);
    assert_eq!(refused(Socket::open(&user.ws, SignIn::Ticket(String::new()), "").await), 401);
    assert_eq!(
        refused(Socket::open(&user.ws, SignIn::Ticket(user.token.clone()), "").await),
        401,
        "a token is no ticket"
    );
}
