//! `POST /invites/{code}/accept`

use futures_util::future::join_all;
use parlance_tests::prelude::*;

fn accept(code: &str) -> String {
    format!("/invites/{code}/accept")
}

#[tokio::test]
async fn the_code_leads_into_a_private_room() {
    let [owner, guest] = stack().users().await;
    let room = owner.make_room("private", "Tea").await;
    owner.send(&room, "said before").await;
    let code = owner.invite_code(&room, json!({})).await;
    let (inside, theirs) = (Socket::connect(&owner).await, Socket::connect(&guest).await);
    let joined = guest.poke(&accept(&code)).await.ok(200);
    shape::room_of_member(&joined["room"]);
    shape::membership(&joined["membership"]);
    assert_eq!(
        (&joined["room"]["id"], &joined["membership"]["role"]),
        (&json!(room), &json!("member"))
    );
    assert_eq!(joined["room"]["member_count"], 2);
    for socket in [&inside, &theirs] {
        let event = socket.expect("user_joined", |data| data["room_id"] == room.as_str()).await;
        assert_eq!(event.data["user"]["id"], guest.id.as_str());
        assert_eq!(event.data["system_message"]["system"]["kind"], "joined");
    }
    assert_eq!(contents(&guest.page(&room, "").await), ["said before"]);
    assert_eq!(guest.room(&room).await["unread_count"], 0);
}

#[tokio::test]
async fn a_member_takes_no_seat_and_leaving_gives_none_back() {
    let [owner, guest, other] = stack().users().await;
    let room = owner.make_room("private", "Tea").await;
    let code = owner.invite_code(&room, json!({"max_uses": 1})).await;
    let uses = async || {
        let listed = owner.get(&format!("/rooms/{room}/invites")).await.ok(200);
        listed["invites"][0]["uses"].clone()
    };
    owner.poke(&accept(&code)).await.ok(200);
    assert_eq!(uses().await, 0);
    guest.poke(&accept(&code)).await.ok(200);
    // Again, as a client does that lost the answer: though all seats are taken, they are in.
    guest.poke(&accept(&code)).await.ok(200);
    assert_eq!(owner.room(&room).await["member_count"], 2);
    guest.leave(&room).await;
    guest.poke(&accept(&code)).await.problem(410, "invite_exhausted");
    other.poke(&accept(&code)).await.problem(410, "invite_exhausted");
}

#[tokio::test]
async fn of_many_at_once_as_many_enter_as_there_are_seats() {
    for seats in [1, 1, 1, 3] {
        let owner = stack().user().await;
        let room = owner.make_room("private", "Tea").await;
        let code = owner.invite_code(&room, json!({"max_uses": seats})).await;
        let crowd = stack().crowd(10).await;
        let path = accept(&code);
        let answers = join_all(crowd.iter().map(|user| user.poke(&path))).await;
        let mut inside = 0;
        for (user, answer) in crowd.iter().zip(answers) {
            let sees = user.get(&format!("/rooms/{room}")).await.status;
            if answer.status == 200 {
                inside += 1;
                assert_eq!(sees, 200);
            } else {
                answer.problem(410, "invite_exhausted");
                assert_eq!(sees, 403, "no seat, no membership");
            }
        }
        assert_eq!(inside, seats);
        assert_eq!(owner.room(&room).await["member_count"], seats + 1);
    }
}

#[tokio::test]
async fn one_person_on_many_devices_takes_one_seat() {
    let [owner, guest] = stack().users().await;
    let room = owner.make_room("private", "Tea").await;
    let code = owner.invite_code(&room, json!({"max_uses": 5})).await;
    let path = accept(&code);
    for answer in join_all((0..6).map(|_| guest.poke(&path))).await {
        answer.ok(200);
    }
    let listed = owner.get(&format!("/rooms/{room}/invites")).await.ok(200);
    assert_eq!(listed["invites"][0]["uses"], 1);
    assert_eq!(owner.room(&room).await["member_count"], 2);
}

#[tokio::test]
async fn what_no_longer_stands_lets_nobody_in() {
    let [owner, admin, guest] = stack().users().await;
    let room = owner.room_with_admin(&admin, &[]).await;
    owner.put(&format!("/rooms/{room}"), json!({"type": "private"})).await.ok(200);
    guest.poke(&accept("7gKpQmXr2sTw")).await.problem(404, "not_found");
    let revoked = owner.invite_code(&room, json!({})).await;
    admin.delete(&format!("/invites/{revoked}")).await.ok(200);
    guest.poke(&accept(&revoked)).await.problem(404, "not_found");
    let demoted = admin.invite_code(&room, json!({})).await;
    owner.appoint(&room, &admin, "member").await;
    guest.poke(&accept(&demoted)).await.problem(404, "not_found");
    // With the rank comes the invitation.
    owner.appoint(&room, &admin, "admin").await;
    owner.delete(&format!("/rooms/{room}/members/{}", admin.id)).await.ok(200);
    guest.poke(&accept(&demoted)).await.problem(404, "not_found");
    let code = owner.invite_code(&room, json!({})).await;
    owner.ban(&room, &guest).await;
    guest.poke(&accept(&code)).await.problem(403, "banned");
    assert_eq!(owner.room(&room).await["member_count"], 1);
}

#[tokio::test]
async fn revoking_and_accepting_at_once_end_clearly() {
    for _ in 0..6 {
        let [owner, guest] = stack().users().await;
        let room = owner.make_room("private", "Tea").await;
        let code = owner.invite_code(&room, json!({})).await;
        let (path, revoke) = (accept(&code), format!("/invites/{code}"));
        let (entered, revoked) = tokio::join!(guest.poke(&path), owner.delete(&revoke));
        revoked.ok(200);
        let inside = guest.get(&format!("/rooms/{room}")).await.status == 200;
        assert_eq!(inside, entered.status == 200, "{}", entered.text);
        if !inside {
            entered.problem(404, "not_found");
        }
    }
}
