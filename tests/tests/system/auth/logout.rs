//! `POST /auth/logout`

use parlance_tests::prelude::*;

#[tokio::test]
async fn the_sessions_tokens_stop_at_once() {
    let user = stack().user().await;
    let other = user.sign_in_again().await;
    assert_eq!(user.poke("/auth/logout").await.ok(200), json!({"logged_out": true}));
    user.get("/auth/me").await.problem(401, "session_revoked");
    user.get("/rooms").await.problem(401, "session_revoked");
    let body = json!({"refresh_token": user.refresh_token});
    let refreshed = stack().api().call("POST", "/auth/refresh", None, body).await;
    refreshed.problem_of(&[(401, "refresh_invalid"), (401, "session_revoked")]);
    user.poke("/auth/logout").await.problem(401, "session_revoked");
    other.get("/auth/me").await.ok(200);
}

#[tokio::test]
async fn a_signed_out_token_opens_no_socket() {
    let user = stack().user().await;
    user.poke("/auth/logout").await.ok(200);
    let handshake = Socket::open(&user.ws, SignIn::Header(user.token.clone()), "").await;
    assert_eq!(parlance_tests::socket::refused(handshake), 401);
}

#[tokio::test]
async fn a_ticket_of_an_ended_session_opens_no_socket() {
    let user = stack().user().await;
    let ticket = user.poke("/auth/ticket").await.ok(201)["ticket"].as_str().unwrap().to_owned();
    user.poke("/auth/logout").await.ok(200);
    let handshake = Socket::open(&user.ws, SignIn::Ticket(ticket), "").await;
    assert_eq!(parlance_tests::socket::refused(handshake), 401);
}

#[tokio::test]
async fn open_sockets_of_the_session_take_and_bring_nothing_more() {
    let [alice, bob] = stack().users().await;
    let room = bob.room_with(&[&alice]).await;
    let other = alice.sign_in_again().await;
    let (ended, kept) = (Socket::connect(&alice).await, Socket::connect(&other).await);
    bob.send(&room, "before").await;
    ended.expect_message(&room, "before").await;

    alice.poke("/auth/logout").await.ok(200);
    // It may be closed already; if it is not, a frame is refused.
    let frame =
        json!({"type": "send_message", "room_id": room, "content": "from an ended session"});
    if let Ok(reference) = ended.post(frame).await
        && let Some(answer) = ended.answer(&reference, parlance_tests::DEADLINE).await
    {
        parlance_tests::socket::assert_error(
            "a frame after logout",
            &answer,
            &["session_revoked", "unauthenticated"],
        );
    }
    for text in ["after 1", "after 2"] {
        bob.send(&room, text).await;
        kept.expect_message(&room, text).await;
    }
    let leaked = ended.seen(|frame| {
        frame.kind == "message_created" && frame.data["message"]["content"] != "before"
    });
    assert!(leaked.is_empty(), "{leaked:?}");
    assert_eq!(contents(&bob.page(&room, "").await), ["after 2", "after 1", "before"]);
}
