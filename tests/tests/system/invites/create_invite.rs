//! `POST /rooms/{room_id}/invites`

use parlance_tests::prelude::*;
use std::collections::BTreeSet;

fn seconds(invite: &Value) -> i64 {
    let at = |name: &str| shape::moment(invite[name].as_str().unwrap()).unwrap();
    (at("expires_at") - at("created_at")).whole_seconds()
}

#[tokio::test]
async fn an_invitation_says_what_counts() {
    let [owner, admin] = stack().users().await;
    let room = owner.room_with_admin(&admin, &[]).await;
    owner.put(&format!("/rooms/{room}"), json!({"type": "private"})).await.ok(200);
    let invite = owner.invitation(&room, json!({})).await;
    assert_eq!((seconds(&invite), &invite["max_uses"]), (604_800, &Value::Null));
    assert_eq!((&invite["uses"], &invite["room_id"]), (&json!(0), &json!(room)));
    assert_eq!(invite["creator"]["id"], owner.id.as_str());
    let invite = admin.invitation(&room, json!({"expires_in": 60, "max_uses": 1_000})).await;
    assert_eq!((seconds(&invite), &invite["max_uses"]), (60, &json!(1_000)));
    // The body may be left out.
    let bare = owner.poke(&format!("/rooms/{room}/invites")).await;
    let location = bare.header("location").map(str::to_owned);
    let invite = bare.ok(201);
    assert_eq!(location.as_deref(), invite["url"].as_str());
}

#[tokio::test]
async fn codes_are_short_plain_and_never_the_same() {
    let owner = stack().user().await;
    let room = owner.make_room("public", "Tea").await;
    let mut codes = BTreeSet::new();
    for _ in 0..20 {
        let code = owner.invite_code(&room, json!({})).await;
        assert_eq!(code.len(), 12, "{code}");
        assert!(
            code.bytes().all(|b| b.is_ascii_alphanumeric() && !b"0O1Il".contains(&b)),
            "{code}"
        );
        codes.insert(code);
    }
    assert_eq!(codes.len(), 20);
}

#[tokio::test]
async fn the_same_key_makes_the_same_invitation() {
    let owner = stack().user().await;
    let room = owner.make_room("private", "Tea").await;
    let path = format!("/rooms/{room}/invites");
    let headers = [("idempotency-key", "one")];
    let make = async |body: Value| owner.call_with("POST", &path, &headers, body).await;
    let body = json!({"max_uses": 2});
    let tries = futures_util::future::join_all((0..5).map(|_| make(body.clone()))).await;
    assert_eq!(tries.iter().filter(|answer| answer.status == 201).count(), 1);
    let codes: BTreeSet<String> =
        tries.iter().map(|answer| answer.json["code"].to_string()).collect();
    assert_eq!(codes.len(), 1, "{codes:?}");
    make(body).await.ok(200);
    make(json!({"max_uses": 3})).await.problem(409, "idempotency_conflict");
    let listed = owner.get(&path).await.ok(200);
    assert_eq!(listed["invites"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn only_admins_and_the_owner_may() {
    let [owner, member, stranger] = stack().users().await;
    let room = owner.room_with(&[&member]).await;
    let path = format!("/rooms/{room}/invites");
    member.post(&path, json!({})).await.problem(403, "insufficient_role");
    stranger.post(&path, json!({})).await.problem(403, "not_a_member");
    let direct = owner.direct_room(&member).await;
    let path = format!("/rooms/{direct}/invites");
    owner.post(&path, json!({})).await.problem(400, "direct_room_immutable");
    let nowhere = "/rooms/0199aaaa-0000-7000-8000-000000000000/invites";
    owner.post(nowhere, json!({})).await.problem(404, "not_found");
}

#[tokio::test]
async fn limits_are_kept() {
    let owner = stack().user().await;
    let room = owner.make_room("private", "Tea").await;
    let path = format!("/rooms/{room}/invites");
    for wrong in [json!(59), json!(2_592_001), json!(0), json!(-1), json!("60"), json!(60.5)] {
        owner.post(&path, json!({"expires_in": wrong})).await.invalid("/expires_in");
    }
    for wrong in [json!(0), json!(1_001), json!(-1), json!("1")] {
        owner.post(&path, json!({"max_uses": wrong})).await.invalid("/max_uses");
    }
    assert_eq!(owner.get(&path).await.ok(200)["invites"], json!([]));
    owner.invitation(&room, json!({"expires_in": 2_592_000, "max_uses": null})).await;
}
