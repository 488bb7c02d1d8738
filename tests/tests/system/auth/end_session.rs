//! `DELETE /auth/sessions/{session_id}`

use parlance_tests::prelude::*;

/// The session that asks.
async fn own(user: &User) -> String {
    let list = user.get("/auth/sessions").await.ok(200);
    let sessions = list["sessions"].as_array().unwrap();
    let current = sessions.iter().find(|one| one["current"] == true).unwrap();
    current["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_lost_device_is_signed_out_from_another() {
    let lost = stack().user().await;
    let kept = lost.sign_in_again().await;
    let (gone, stays) = (Socket::connect(&lost).await, Socket::connect(&kept).await);
    let path = format!("/auth/sessions/{}", own(&lost).await);
    assert_eq!(kept.delete(&path).await.ok(200), json!({"ended": true}));
    gone.expect("session_expired", |_| true).await;
    gone.expect_closed().await;
    lost.get("/auth/me").await.problem(401, "session_revoked");
    stays.ping().await;
    kept.get("/auth/me").await.ok(200);
    kept.delete(&path).await.problem(404, "not_found");
}

#[tokio::test]
async fn ones_own_session_ends_like_a_logout() {
    let user = stack().user().await;
    user.delete(&format!("/auth/sessions/{}", own(&user).await)).await.ok(200);
    user.get("/auth/me").await.problem(401, "session_revoked");
}

#[tokio::test]
async fn nobody_elses_session_is_known() {
    let [ann, bob] = stack().users().await;
    let path = format!("/auth/sessions/{}", own(&ann).await);
    bob.delete(&path).await.problem(404, "not_found");
    bob.delete("/auth/sessions/nonsense").await.problem(404, "not_found");
    ann.get("/auth/me").await.ok(200);
}
