//! `GET /auth/sessions`

use parlance_tests::prelude::*;

#[tokio::test]
async fn shows_every_device_and_which_one_asks() {
    let first = stack().user().await;
    let body = json!({"username": first.name, "password": PASSWORD});
    let agent = [("user-agent", "Parlance for Typewriters/1.0")];
    let api = stack().api();
    let session = api.try_call("POST", "/auth/login", None, &agent, body.into()).await.unwrap();
    let second = User::of(api, stack().ws(), &session.ok(200));
    let list = second.get("/auth/sessions").await.ok(200);
    let sessions = list["sessions"].as_array().unwrap();
    let current: Vec<_> = sessions.iter().map(|one| one["current"].as_bool().unwrap()).collect();
    assert_eq!(current, [true, false], "the latest first");
    assert_eq!(sessions[0]["device"], "Parlance for Typewriters/1.0");
    for one in sessions {
        for member in ["id", "created_at", "renewed_at", "expires_at"] {
            assert!(one[member].is_string(), "{member} in {one}");
        }
        assert!(!one.to_string().contains("hash"), "{one}");
    }
    first.poke("/auth/logout").await.ok(200);
    let list = second.get("/auth/sessions").await.ok(200);
    assert_eq!(list["sessions"].as_array().unwrap().len(), 1);
}
