//! `PUT /rooms/{room_id}/members/{user_id}/silence`

use parlance_tests::prelude::*;

fn path(room: &str, user: &User) -> String {
    format!("/rooms/{room}/members/{}/silence", user.id)
}

#[tokio::test]
async fn who_is_silenced_reads_and_does_not_write() {
    let [owner, guest] = stack().users().await;
    let room = owner.room_with(&[&guest]).await;
    let theirs = guest.send(&room, "mine").await;
    let own = owner.send(&room, "of the owner").await;
    let (theirs, own) = (theirs["id"].as_str().unwrap(), own["id"].as_str().unwrap());
    let (socket, inside) = (Socket::connect(&guest).await, Socket::connect(&owner).await);
    let member = owner.silence(&room, &guest).await;
    assert_eq!(member["silenced_until"], "9999-12-31T23:59:59.999Z");
    let told = |data: &Value| data["user_id"] == guest.id.as_str();
    let event = inside.expect("member_updated", told).await;
    shape::event(&event);
    assert_eq!(event.data["silenced_until"], member["silenced_until"]);

    let (text, react) = (json!({"content": "c"}), json!({"emoji": "👍"}));
    let send = format!("/rooms/{room}/messages");
    guest.post(&send, text.clone()).await.problem(403, "silenced");
    guest.put(&format!("/messages/{theirs}"), text).await.problem(403, "silenced");
    guest.post(&format!("/messages/{own}/reactions"), react).await.problem(403, "silenced");
    for frame in [
        json!({"type": "send_message", "room_id": room, "content": "c"}),
        json!({"type": "typing_start", "room_id": room}),
    ] {
        socket.refused(frame, &["silenced"]).await;
    }
    // Reading goes on, and so do taking back and leaving.
    assert_eq!(contents(&guest.page(&room, "").await), ["of the owner", "mine"]);
    assert_eq!(guest.room(&room).await["silenced_until"], member["silenced_until"]);
    socket.ack(json!({"type": "read_message", "message_id": own})).await;
    guest.delete(&format!("/messages/{theirs}")).await.ok(200);
    guest.leave(&room).await;
}

#[tokio::test]
async fn leaving_and_coming_back_does_not_end_it() {
    let [owner, guest] = stack().users().await;
    let room = owner.room_with(&[&guest]).await;
    owner.silence(&room, &guest).await;
    let path = format!("/rooms/{room}/messages");
    guest.leave(&room).await;
    guest.join(&room).await;
    guest.post(&path, json!({"content": "c"})).await.problem(403, "silenced");
    owner.delete(&format!("/rooms/{room}/members/{}", guest.id)).await.ok(200);
    let back = owner.add(&room, &guest).await;
    assert_eq!(back["silenced_until"], "9999-12-31T23:59:59.999Z");
    guest.post(&path, json!({"content": "c"})).await.problem(403, "silenced");
    guest.leave(&room).await;
    let code = owner.invite_code(&room, json!({})).await;
    guest.poke(&format!("/invites/{code}/accept")).await.ok(200);
    guest.post(&path, json!({"content": "c"})).await.problem(403, "silenced");
}

#[tokio::test]
async fn it_lifts_itself_when_its_time_has_come() {
    let [owner, guest] = stack().users().await;
    let room = owner.room_with(&[&guest]).await;
    let soon = time::OffsetDateTime::now_utc() + std::time::Duration::from_secs(2);
    let soon = soon.format(&time::format_description::well_known::Rfc3339).unwrap();
    let member = owner.put(&path(&room, &guest), json!({"until": soon})).await;
    // On a machine so slow that the two seconds are over the request is refused, rightly.
    if member.status == 200 {
        let until = member.json["silenced_until"].as_str().unwrap().to_owned();
        let until = shape::moment(&until).unwrap();
        let send = format!("/rooms/{room}/messages");
        loop {
            let sent = guest.post(&send, json!({"content": "c"})).await;
            if sent.status == 201 {
                let at = sent.json["created_at"].as_str().unwrap();
                assert!(shape::moment(at).unwrap() >= until, "{at} is before {until}");
                break;
            }
            sent.problem(403, "silenced");
        }
        assert_eq!(guest.room(&room).await["silenced_until"], Value::Null);
    }
}

#[tokio::test]
async fn the_same_again_is_no_event_and_another_end_is() {
    let [owner, guest] = stack().users().await;
    let room = owner.room_with(&[&guest]).await;
    let body = json!({"until": "2100-01-01T00:00:00Z", "reason": "cool down"});
    let first = owner.put(&path(&room, &guest), body.clone()).await.ok(200);
    assert_eq!(first["silenced_until"], "2100-01-01T00:00:00.000Z");
    let seq = owner.room(&room).await["last_seq"].as_u64().unwrap();
    assert_eq!(owner.put(&path(&room, &guest), body).await.ok(200), first);
    assert_eq!(owner.room(&room).await["last_seq"], seq);
    owner.silence(&room, &guest).await;
    assert_eq!(owner.room(&room).await["last_seq"], seq + 1);
}

#[tokio::test]
async fn ranks_act_downwards_only() {
    let [owner, admin, rival, member, stranger] = stack().users().await;
    let room = owner.room_with_admin(&admin, &[&rival, &member]).await;
    owner.appoint(&room, &rival, "admin").await;
    for (who, whom) in [(&admin, &owner), (&admin, &rival), (&member, &rival), (&owner, &owner)] {
        who.put(&path(&room, whom), json!({})).await.problem(403, "insufficient_role");
    }
    stranger.put(&path(&room, &member), json!({})).await.problem(403, "not_a_member");
    admin.put(&path(&room, &stranger), json!({})).await.problem(404, "not_found");
    admin.silence(&room, &member).await;
    owner.silence(&room, &admin).await;
    // A silenced admin does not pin either.
    let message = owner.send(&room, "m").await;
    let pin = format!("/rooms/{room}/pins/{}", message["id"].as_str().unwrap());
    admin.call("PUT", &pin, Payload::None).await.problem(403, "silenced");
}

#[tokio::test]
async fn times_and_reasons_must_make_sense() {
    let [owner, guest] = stack().users().await;
    let room = owner.room_with(&[&guest]).await;
    for until in [json!("yesterday"), json!(7), json!("2020-01-01T00:00:00Z")] {
        owner.put(&path(&room, &guest), json!({"until": until})).await.invalid("/until");
    }
    for reason in [json!(7), json!("r".repeat(501))] {
        owner.put(&path(&room, &guest), json!({"reason": reason})).await.invalid("/reason");
    }
    assert_eq!(guest.room(&room).await["silenced_until"], Value::Null);
    let direct = owner.direct_room(&guest).await;
    let refused = owner.put(&path(&direct, &guest), json!({})).await;
    refused.problem(400, "direct_room_immutable");
}
