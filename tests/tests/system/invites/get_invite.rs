//! `GET /invites/{code}`

use parlance_tests::prelude::*;

#[tokio::test]
async fn the_room_is_shown_from_outside() {
    let [owner, guest] = stack().users().await;
    let body = json!({"type": "private", "name": "Tea", "description": "hot"});
    let room = owner.post("/rooms", body).await.ok(201);
    let room = room["id"].as_str().unwrap();
    owner.send(room, "a secret").await;
    let invite = owner.invitation(room, json!({})).await;
    let answer = guest.get(invite["url"].as_str().unwrap()).await;
    assert!(!answer.text.contains("secret"), "{}", answer.text);
    let preview = answer.ok(200);
    let shown = json!({"id": room, "name": "Tea", "type": "private", "member_count": 1, "description": "hot"});
    assert_eq!(preview["room"], shown);
    assert_eq!((&preview["code"], &preview["valid"]), (&invite["code"], &json!(true)));
    assert_eq!(preview["expires_at"], invite["expires_at"]);
    shape::compact_user(&preview["inviter"]);
    assert_eq!(preview["inviter"]["id"], owner.id.as_str());
    // Looking takes no seat, and lets nobody in.
    guest.get(&format!("/rooms/{room}")).await.problem(403, "not_a_member");
}

#[tokio::test]
async fn what_lets_nobody_in_says_why() {
    let [owner, admin, guest, late] = stack().users().await;
    let room = owner.room_with_admin(&admin, &[]).await;
    let look = async |code: &str| late.get(&format!("/invites/{code}")).await;
    for unknown in ["7gKpQmXr2sTw", "short", "0OIl0OIl0OIl", "%2e%2e", "7gKpQmXr2sTwX"] {
        look(unknown).await.problem(404, "not_found");
    }
    let code = owner.invite_code(&room, json!({"max_uses": 1})).await;
    look(&code.to_lowercase()).await.problem(404, "not_found");
    guest.poke(&format!("/invites/{code}/accept")).await.ok(200);
    look(&code).await.problem(410, "invite_exhausted");
    let code = owner.invite_code(&room, json!({})).await;
    owner.delete(&format!("/invites/{code}")).await.ok(200);
    look(&code).await.problem(404, "not_found");
    let code = admin.invite_code(&room, json!({})).await;
    look(&code).await.ok(200);
    owner.appoint(&room, &admin, "member").await;
    look(&code).await.problem(404, "not_found");
    let code = owner.invite_code(&room, json!({})).await;
    owner.delete(&format!("/rooms/{room}")).await.ok(200);
    look(&code).await.problem(404, "not_found");
}

#[tokio::test]
async fn who_tries_codes_out_is_slowed_down() {
    let user = limited().user().await;
    let mut answers = vec![];
    for _ in 0..40 {
        let answer = user.get("/invites/7gKpQmXr2sTw").await;
        if answer.status == 429 {
            answer.problem(429, "rate_limited");
            return;
        }
        answers.push(answer.status);
    }
    panic!("never: {answers:?}");
}
