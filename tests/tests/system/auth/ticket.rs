//! `POST /auth/ticket`

use parlance_tests::prelude::*;
use parlance_tests::socket::refused;

async fn ticket(user: &User) -> String {
    user.poke("/auth/ticket").await.ok(201)["ticket"].as_str().expect("a ticket").to_owned()
}

#[tokio::test]
async fn says_how_long_it_is_good_for() {
    let user = stack().user().await;
    let answer = user.poke("/auth/ticket").await.ok(201);
    assert_eq!(answer["expires_in"], 30);
    assert!(shape::moment(answer["expires_at"].as_str().unwrap()).is_some(), "{answer}");
    assert_ne!(answer["ticket"], user.token);
}

#[tokio::test]
async fn opens_one_socket_and_no_second() {
    let user = stack().user().await;
    let ticket = ticket(&user).await;
    let socket =
        Socket::open(&user.ws, SignIn::Ticket(ticket.clone()), "").await.expect("a good ticket");
    assert_eq!(socket.expect("ready", |_| true).await.data["user_id"], user.id);
    assert_eq!(refused(Socket::open(&user.ws, SignIn::Ticket(ticket), "").await), 401);
    socket.ping().await;
}

#[tokio::test]
async fn of_many_at_once_one_gets_in() {
    let user = stack().user().await;
    let ticket = ticket(&user).await;
    let tries = (0..6).map(|_| Socket::open(&user.ws, SignIn::Ticket(ticket.clone()), ""));
    let results = futures_util::future::join_all(tries).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
}

#[tokio::test]
async fn is_good_for_sockets_only() {
    let user = stack().user().await;
    let ticket = ticket(&user).await;
    let answer = user.api.call("GET", "/auth/me", Some(&ticket), Payload::None).await;
    answer.problem(401, "token_invalid");
}
