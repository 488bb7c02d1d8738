//! `POST /auth/reactivate`

use crate::users::deactivate_me::deactivate;
use parlance_tests::prelude::*;

async fn reactivate(user: &User, password: &str) -> Answer {
    let body = json!({"username": user.name, "password": password});
    stack().api().call("POST", "/auth/reactivate", None, body).await
}

#[tokio::test]
async fn a_deactivated_account_comes_back() {
    let [ann, bob] = stack().users().await;
    let room = bob.direct_room(&ann).await;
    deactivate(&ann).await;
    let session = reactivate(&ann, PASSWORD).await.ok(200);
    shape::session(&session);
    assert_eq!(session["user"]["deactivated"], false);
    let back = User::of(stack().api(), stack().ws(), &session);
    assert_eq!(back.id, ann.id);
    let socket = Socket::connect(&back).await;
    bob.send(&room, "welcome back").await;
    socket.expect_message(&room, "welcome back").await;
    let found = bob.get(&format!("/users/search?q={}", ann.name)).await.ok(200);
    assert_eq!(found["users"][0]["id"], ann.id.as_str());
    ann.sign_in_again().await;
}

#[tokio::test]
async fn one_that_is_in_use_is_signed_in_to() {
    let user = stack().user().await;
    shape::session(&reactivate(&user, PASSWORD).await.ok(200));
    user.get("/auth/me").await.ok(200);
}

#[tokio::test]
async fn only_with_the_password() {
    let user = stack().user().await;
    deactivate(&user).await;
    for password in ["not the password", "short", ""] {
        reactivate(&user, password).await.problem(401, "invalid_credentials");
    }
    let body = json!({"username": "nobody_at_all", "password": PASSWORD});
    let nobody = stack().api().call("POST", "/auth/reactivate", None, body).await;
    nobody.problem(401, "invalid_credentials");
    let login = json!({"username": user.name, "password": PASSWORD});
    let still = stack().api().call("POST", "/auth/login", None, login).await;
    still.problem(403, "account_deactivated");
}
