//! `PATCH /rooms/{room_id}/members/{user_id}/role`

use parlance_tests::prelude::*;

fn path(room: &str, user: &User) -> String {
    format!("/rooms/{room}/members/{}/role", user.id)
}

#[tokio::test]
async fn the_owner_appoints_and_demotes() {
    let [owner, guest] = stack().users().await;
    let room = owner.room_with(&[&guest]).await;
    let socket = Socket::connect(&guest).await;
    for role in ["admin", "member"] {
        owner.appoint(&room, &guest, role).await;
        let event = socket.expect("member_updated", |data| data["role"] == role).await;
        shape::event(&event);
        assert_eq!(
            (&event.data["user_id"], &event.data["silenced_until"]),
            (&json!(guest.id), &Value::Null)
        );
        assert_eq!(guest.room(&room).await["role"], role);
    }
    // The rank counts at once.
    let rename = json!({"name": "Coffee"});
    guest.put(&format!("/rooms/{room}"), rename).await.problem(403, "insufficient_role");
}

#[tokio::test]
async fn the_same_role_again_is_no_event() {
    let [owner, guest] = stack().users().await;
    let room = owner.room_with(&[&guest]).await;
    owner.appoint(&room, &guest, "admin").await;
    let before = owner.room(&room).await["last_seq"].clone();
    owner.appoint(&room, &guest, "admin").await;
    assert_eq!(owner.room(&room).await["last_seq"], before);
}

#[tokio::test]
async fn handing_over_makes_an_admin_of_the_owner() {
    let [owner, heir] = stack().users().await;
    let room = owner.room_with(&[&heir]).await;
    let socket = Socket::connect(&heir).await;
    owner.appoint(&room, &heir, "owner").await;
    let event = socket.expect("ownership_transferred", |_| true).await;
    shape::event(&event);
    assert_eq!(
        (&event.data["from_user_id"], &event.data["to_user_id"]),
        (&json!(owner.id), &json!(heir.id))
    );
    assert_eq!(event.data["system_message"]["system"]["kind"], "ownership_transferred");
    assert_eq!(owner.room(&room).await["role"], "admin");
    assert_eq!(heir.room(&room).await["role"], "owner");
    // A client that lost the answer asks again.
    owner.appoint(&room, &heir, "owner").await;
    assert_eq!(owner.room(&room).await["last_seq"], event.data["seq"]);
    owner.leave(&room).await;
    heir.delete(&format!("/rooms/{room}")).await.ok(200);
}

#[tokio::test]
async fn the_owner_cannot_step_down_alone() {
    let [owner, guest] = stack().users().await;
    let room = owner.room_with(&[&guest]).await;
    for role in ["admin", "member"] {
        let down = json!({"role": role});
        owner.patch(&path(&room, &owner), down).await.problem(409, "owner_must_transfer");
    }
    owner.patch(&path(&room, &owner), json!({"role": "owner"})).await.ok(200);
    assert_eq!(owner.room(&room).await["role"], "owner");
}

#[tokio::test]
async fn nobody_else_may() {
    let [owner, admin, member, former, stranger] = stack().users().await;
    let room = owner.room_with_admin(&admin, &[&member, &former]).await;
    former.leave(&room).await;
    let body = || json!({"role": "admin"});
    for who in [&admin, &member] {
        who.patch(&path(&room, &member), body()).await.problem(403, "insufficient_role");
        who.patch(&path(&room, who), json!({"role": "owner"}))
            .await
            .problem(403, "insufficient_role");
    }
    // An admin does not even demote themselves: only the owner changes roles.
    let down = json!({"role": "member"});
    admin.patch(&path(&room, &admin), down).await.problem(403, "insufficient_role");
    for who in [&former, &stranger] {
        who.patch(&path(&room, &member), body()).await.problem(403, "not_a_member");
    }
    owner.patch(&path(&room, &stranger), body()).await.problem(404, "not_found");
    assert_eq!(owner.role_of(&room, &member).await.as_deref(), Some("member"));
    assert_eq!(owner.role_of(&room, &admin).await.as_deref(), Some("admin"));
}

#[tokio::test]
async fn what_is_no_role_is_refused() {
    let [owner, guest] = stack().users().await;
    let room = owner.room_with(&[&guest]).await;
    for wrong in [json!({}), json!({"role": 1}), json!({"role": "king"}), json!({"role": "Admin"})]
    {
        owner.patch(&path(&room, &guest), wrong).await.invalid("/role");
    }
    let direct = owner.direct_room(&guest).await;
    let body = json!({"role": "admin"});
    owner.patch(&path(&direct, &guest), body).await.problem(400, "direct_room_immutable");
}

#[tokio::test]
async fn there_is_one_owner_whatever_happens_at_once() {
    for round in 0..6 {
        let [owner, left, right] = stack().users().await;
        let room = owner.room_with(&[&left, &right]).await;
        let (to_left, to_right) = (path(&room, &left), path(&room, &right));
        let leave = format!("/rooms/{room}/leave");
        let hand_over = || json!({"role": "owner"});
        let (one, two, gone) = tokio::join!(
            owner.patch(&to_left, hand_over()),
            owner.patch(&to_right, hand_over()),
            left.poke(&leave),
        );
        let transferred = [&one, &two].iter().filter(|answer| answer.status == 200).count();
        assert_eq!(transferred, 1, "round {round}: {} {}", one.text, two.text);
        if one.status == 200 {
            // They were the owner when they would have left, or had left before they could be it.
            gone.problem(409, "owner_must_transfer");
        }
        let mut owners = 0;
        for user in [&owner, &left, &right] {
            let seen = user.get(&format!("/rooms/{room}")).await;
            owners += usize::from(seen.json["role"] == "owner");
        }
        assert_eq!(owners, 1, "round {round}");
    }
}
