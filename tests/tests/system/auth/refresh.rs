//! `POST /auth/refresh`

use parlance_tests::prelude::*;

async fn refresh(token: &str) -> Answer {
    stack().api().call("POST", "/auth/refresh", None, json!({"refresh_token": token})).await
}

fn text(session: &Value, name: &str) -> String {
    session[name].as_str().expect("a text").to_owned()
}

#[tokio::test]
async fn a_refresh_gives_a_new_pair() {
    let user = stack().user().await;
    let session = refresh(&user.refresh_token).await.ok(200);
    shape::session(&session);
    assert_eq!(session["user"]["id"], user.id);
    assert_ne!(session["refresh_token"], user.refresh_token);
    let renewed = User::of(stack().api(), stack().ws(), &session);
    renewed.get("/auth/me").await.ok(200);
    refresh(&renewed.refresh_token).await.ok(200);
}

#[tokio::test]
async fn a_lost_answer_may_be_asked_for_again() {
    let user = stack().user().await;
    refresh(&user.refresh_token).await.ok(200);
    let again = refresh(&user.refresh_token).await.ok(200);
    let renewed = User::of(stack().api(), stack().ws(), &again);
    renewed.get("/auth/me").await.ok(200);
    refresh(&renewed.refresh_token).await.ok(200);
}

#[tokio::test]
async fn a_token_from_two_rotations_ago_ends_the_session() {
    let user = stack().user().await;
    let first = refresh(&user.refresh_token).await.ok(200);
    let second = refresh(&text(&first, "refresh_token")).await.ok(200);
    refresh(&user.refresh_token).await.problem(401, "refresh_invalid");
    // Somebody has a copy: nobody keeps the session.
    refresh(&text(&second, "refresh_token"))
        .await
        .problem_of(&[(401, "refresh_invalid"), (401, "session_revoked")]);
    let holder = User::of(stack().api(), stack().ws(), &second);
    holder.get("/auth/me").await.problem(401, "session_revoked");
}

#[tokio::test]
async fn other_sessions_of_the_same_person_stay() {
    let user = stack().user().await;
    let other = user.sign_in_again().await;
    let first = refresh(&user.refresh_token).await.ok(200);
    refresh(&text(&first, "refresh_token")).await.ok(200);
    refresh(&user.refresh_token).await.problem(401, "refresh_invalid");
    other.get("/auth/me").await.ok(200);
}

#[tokio::test]
async fn nothing_but_a_refresh_token_refreshes() {
    let user = stack().user().await;
    let session = format!("{}x", user.refresh_token);
    for wrong in ["nonsense", "", &user.token, &session, "a.b.c", "../../etc/passwd", "😀"] {
        let answer = refresh(wrong).await;
        answer.problem_of(&[(401, "refresh_invalid"), (400, "validation_failed")]);
    }
    let nothing = stack().api().call("POST", "/auth/refresh", None, json!({})).await;
    nothing.invalid("/refresh_token");
    refresh(&user.refresh_token).await.ok(200);
}

#[tokio::test]
async fn a_refresh_token_is_no_access_token() {
    let user = stack().user().await;
    let answer = user.api.call("GET", "/auth/me", Some(&user.refresh_token), Payload::None).await;
    answer.problem(401, "token_invalid");
}
