//! `POST /users/me/deactivate`

use parlance_tests::prelude::*;

pub async fn deactivate(user: &User) -> Value {
    user.post("/users/me/deactivate", json!({"password": PASSWORD})).await.ok(200)
}

#[tokio::test]
async fn all_sessions_end_and_nobody_signs_in() {
    let user = stack().user().await;
    let other = user.sign_in_again().await;
    let socket = Socket::connect(&other).await;
    assert_eq!(deactivate(&user).await, json!({"deactivated": true}));
    socket.expect("session_expired", |_| true).await;
    socket.expect_closed().await;
    for session in [&user, &other] {
        session.get("/auth/me").await.problem(401, "session_revoked");
        let body = json!({"refresh_token": session.refresh_token});
        let refreshed = stack().api().call("POST", "/auth/refresh", None, body).await;
        refreshed.problem(401, "refresh_invalid");
    }
    let sign_in = async |password: &str| {
        let body = json!({"username": user.name, "password": password});
        stack().api().call("POST", "/auth/login", None, body).await
    };
    sign_in(PASSWORD).await.problem(403, "account_deactivated");
    sign_in("not the password").await.problem(401, "invalid_credentials");
}

#[tokio::test]
async fn what_was_written_stays_under_the_name() {
    let [ann, bob] = stack().users().await;
    let room = bob.room_with(&[&ann]).await;
    ann.patch("/users/me", json!({"status_message": "here"})).await.ok(200);
    ann.send(&room, "a word").await;
    let socket = Socket::connect(&bob).await;
    deactivate(&ann).await;
    let told = socket.expect("user_updated", |data| data["user"]["id"] == ann.id.as_str()).await;
    assert_eq!(told.data["user"]["deactivated"], true);
    let page = bob.page(&room, "").await;
    let sender = &page["messages"][0]["sender"];
    shape::compact_user(sender);
    assert_eq!((&sender["username"], &sender["deactivated"]), (&json!(ann.name), &json!(true)));
    let seen = bob.get(&format!("/users/{}", ann.id)).await.ok(200);
    assert_eq!((&seen["deactivated"], &seen["status_message"]), (&json!(true), &Value::Null));
    let found = bob.get(&format!("/users/search?q={}", ann.name)).await.ok(200);
    assert_eq!(found["users"], json!([]));
    // The name stays taken.
    let body = json!({"username": ann.name, "password": PASSWORD});
    stack().api().call("POST", "/auth/register", None, body).await.problem(409, "username_taken");
}

#[tokio::test]
async fn nobody_writes_to_them_directly() {
    let [ann, bob, eve] = stack().users().await;
    let room = ann.direct_room(&bob).await;
    bob.send(&room, "before").await;
    deactivate(&ann).await;
    let path = format!("/rooms/{room}/messages");
    bob.post(&path, json!({"content": "x"})).await.problem(403, "account_deactivated");
    eve.poke(&format!("/users/{}/dm", ann.id)).await.problem(403, "account_deactivated");
    assert_eq!(bob.direct_room(&ann).await, room, "what was said can be read");
    assert_eq!(contents(&bob.page(&room, "").await), ["before"]);
}

#[tokio::test]
async fn only_with_the_password() {
    let user = stack().user().await;
    let path = "/users/me/deactivate";
    for password in ["not the password", "short", "", &"x".repeat(300)] {
        user.post(path, json!({"password": password})).await.invalid("/password");
    }
    user.post(path, json!({})).await.invalid("/password");
    user.post(path, json!({"password": 7})).await.invalid("/password");
    user.get("/auth/me").await.ok(200);
    user.sign_in_again().await;
}

#[tokio::test]
async fn the_longest_standing_admin_takes_over() {
    let [owner, oldest, first, second] = stack().users().await;
    let room = owner.room_with(&[&oldest, &first, &second]).await;
    owner.appoint(&room, &second, "admin").await;
    owner.appoint(&room, &first, "admin").await;
    let socket = Socket::connect(&oldest).await;
    deactivate(&owner).await;
    let told = socket.expect("ownership_transferred", |d| d["room_id"] == room.as_str()).await;
    shape::event(&told);
    assert_eq!(
        (&told.data["from_user_id"], &told.data["to_user_id"]),
        (&json!(owner.id), &json!(first.id))
    );
    assert_eq!(told.data["system_message"]["system"]["kind"], "ownership_transferred");
    let roles = [(&first, "owner"), (&second, "admin"), (&oldest, "member")];
    for (user, role) in roles {
        assert_eq!(user.room(&room).await["role"], role);
    }
    first.put(&format!("/rooms/{room}"), json!({"name": "Ours"})).await.ok(200);
    // Who comes back is not the owner any more.
    let body = json!({"username": owner.name, "password": PASSWORD});
    let session = stack().api().call("POST", "/auth/reactivate", None, body).await.ok(200);
    let back = User::of(stack().api(), stack().ws(), &session);
    assert_eq!(back.room(&room).await["role"], "admin");
    back.delete(&format!("/rooms/{room}")).await.problem(403, "insufficient_role");
    first.delete(&format!("/rooms/{room}")).await.ok(200);
}

#[tokio::test]
async fn without_an_admin_the_longest_standing_member_takes_over() {
    let [owner, gone, first, second] = stack().users().await;
    let rooms = [
        owner.private_room_with(&[&gone, &first, &second]).await,
        owner.room_with(&[&gone, &second, &first]).await,
    ];
    // Whose account has ended takes over nothing, also not as an admin.
    owner.appoint(&rooms[0], &gone, "admin").await;
    deactivate(&gone).await;
    let theirs = second.room_with(&[&owner, &first]).await;
    deactivate(&owner).await;
    for (room, heir, other) in [(&rooms[0], &first, &second), (&rooms[1], &second, &first)] {
        assert_eq!(heir.room(room).await["role"], "owner");
        assert_eq!(other.room(room).await["role"], "member");
        heir.appoint(room, other, "admin").await;
    }
    assert_eq!(second.room(&theirs).await["role"], "owner", "a room of somebody else's stays");
}

#[tokio::test]
async fn a_room_with_nobody_else_goes() {
    let [owner, gone, stranger] = stack().users().await;
    let alone = owner.make_room("public", "Alone").await;
    let left = owner.room_with(&[&gone]).await;
    let direct = owner.direct_room(&stranger).await;
    let message = owner.send(&alone, "to myself").await;
    deactivate(&gone).await;
    stranger.get(&format!("/rooms/{alone}")).await.ok(200);
    deactivate(&owner).await;
    for room in [&alone, &left] {
        stranger.get(&format!("/rooms/{room}")).await.problem(404, "not_found");
        stranger.poke(&format!("/rooms/{room}/join")).await.problem(404, "not_found");
    }
    let path = format!("/messages/{}", message["id"].as_str().unwrap());
    stranger.get(&path).await.problem(404, "not_found");
    assert_eq!(stranger.room(&direct).await["type"], "direct", "a direct room has no owner");
    let body = json!({"username": owner.name, "password": PASSWORD});
    let session = stack().api().call("POST", "/auth/reactivate", None, body).await.ok(200);
    let back = User::of(stack().api(), stack().ws(), &session);
    let rooms = back.get("/rooms").await.ok(200);
    assert_eq!(ids(&rooms["rooms"]), [direct]);
}
