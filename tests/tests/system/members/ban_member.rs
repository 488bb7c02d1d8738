//! `PUT /rooms/{room_id}/bans/{user_id}`

use parlance_tests::prelude::*;

fn path(room: &str, user: &User) -> String {
    format!("/rooms/{room}/bans/{}", user.id)
}

#[tokio::test]
async fn who_is_banned_is_out_and_no_way_leads_back() {
    let [owner, guest] = stack().users().await;
    let room = owner.room_with(&[&guest]).await;
    let code = owner.invite_code(&room, json!({})).await;
    let sockets = [Socket::connect(&guest).await, Socket::connect(&owner).await];
    let ban = owner.ban(&room, &guest).await;
    assert_eq!((&ban["user"]["id"], &ban["reason"]), (&json!(guest.id), &json!("spam")));
    assert_eq!(ban["banned_by"]["id"], owner.id.as_str());
    for socket in &sockets {
        let event = socket.expect("user_left", |data| data["user_id"] == guest.id.as_str()).await;
        assert_eq!(event.data["reason"], "banned");
        assert_eq!(event.data["system_message"]["system"]["kind"], "banned");
    }
    guest.get(&format!("/rooms/{room}/messages")).await.problem(403, "not_a_member");
    guest.poke(&format!("/rooms/{room}/join")).await.problem(403, "banned");
    guest.poke(&format!("/invites/{code}/accept")).await.problem(403, "banned");
    assert_eq!(guest.get(&format!("/invites/{code}")).await.ok(200)["valid"], false);
    let add = json!({"user_id": guest.id});
    owner.post(&format!("/rooms/{room}/members"), add).await.problem(403, "banned");
    assert_eq!(owner.room(&room).await["member_count"], 1);
}

#[tokio::test]
async fn somebody_outside_can_be_banned_without_a_word() {
    let [owner, stranger] = stack().users().await;
    let room = owner.make_room("public", "Tea").await;
    let seq = owner.room(&room).await["last_seq"].clone();
    let ban = owner.ban(&room, &stranger).await;
    // One that stands stays as it is.
    let again = owner.put(&path(&room, &stranger), json!({"reason": "other"})).await.ok(200);
    assert_eq!(again, ban);
    assert_eq!(owner.room(&room).await["last_seq"], seq);
    stranger.poke(&format!("/rooms/{room}/join")).await.problem(403, "banned");
    let nobody = format!("/rooms/{room}/bans/0199aaaa-0000-7000-8000-000000000000");
    owner.put(&nobody, json!({})).await.problem(404, "not_found");
}

#[tokio::test]
async fn ranks_act_downwards_only() {
    let [owner, admin, rival, member, stranger] = stack().users().await;
    let room = owner.room_with_admin(&admin, &[&rival, &member]).await;
    owner.appoint(&room, &rival, "admin").await;
    for (who, whom) in [
        (&admin, &owner),
        (&admin, &rival),
        (&member, &stranger),
        (&owner, &owner),
        (&admin, &admin),
    ] {
        who.put(&path(&room, whom), json!({})).await.problem(403, "insufficient_role");
    }
    stranger.put(&path(&room, &member), json!({})).await.problem(403, "not_a_member");
    assert_eq!(owner.room(&room).await["member_count"], 4);
    admin.ban(&room, &member).await;
    owner.ban(&room, &rival).await;
    assert_eq!(owner.room(&room).await["member_count"], 2);
}

#[tokio::test]
async fn reasons_must_fit_and_direct_rooms_have_no_bans() {
    let [owner, guest] = stack().users().await;
    let room = owner.room_with(&[&guest]).await;
    for reason in [json!(7), json!("r".repeat(501))] {
        owner.put(&path(&room, &guest), json!({"reason": reason})).await.invalid("/reason");
    }
    // The body may be left out.
    let ban = owner.call("PUT", &path(&room, &guest), Payload::None).await.ok(200);
    assert_eq!(ban["reason"], Value::Null);
    let direct = owner.direct_room(&guest).await;
    owner.put(&path(&direct, &guest), json!({})).await.problem(400, "direct_room_immutable");
}

#[tokio::test]
async fn a_ban_beats_an_entrance_however_close_they_are() {
    for _ in 0..8 {
        let [owner, guest] = stack().users().await;
        let room = owner.make_room("public", "Tea").await;
        let code = owner.invite_code(&room, json!({})).await;
        let (ban, join) = (path(&room, &guest), format!("/rooms/{room}/join"));
        let accept = format!("/invites/{code}/accept");
        let (banned, joined, accepted) =
            tokio::join!(owner.put(&ban, json!({})), guest.poke(&join), guest.poke(&accept));
        banned.ok(200);
        for entered in [joined, accepted] {
            assert!(matches!(entered.status, 200 | 403), "{}", entered.text);
        }
        // Whoever was first: the ban stands, and nobody banned is inside.
        guest.get(&format!("/rooms/{room}/messages")).await.problem(403, "not_a_member");
        assert_eq!(owner.room(&room).await["member_count"], 1);
    }
}
