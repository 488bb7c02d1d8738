//! `GET /rooms/{room_id}`

use parlance_tests::prelude::*;

#[tokio::test]
async fn a_member_sees_everything() {
    let [owner, guest] = stack().users().await;
    let room = owner.room_with(&[&guest]).await;
    let sent = owner.send(&room, "hello").await;
    let seen = guest.room(&room).await;
    shape::room_of_member(&seen);
    assert_eq!(
        (&seen["role"], &seen["member_count"], &seen["unread_count"]),
        (&json!("member"), &json!(2), &json!(1))
    );
    assert_eq!(seen["last_message"]["id"], sent["id"]);
    assert_eq!(seen["last_message_at"], sent["created_at"]);
    assert!(seen["last_seq"].as_u64() >= sent["seq"].as_u64(), "{seen}");
    let own = owner.room(&room).await;
    assert_eq!(
        (&own["role"], &own["unread_count"]),
        (&json!("owner"), &json!(0)),
        "what one wrote oneself is read"
    );
}

#[tokio::test]
async fn a_stranger_sees_the_outside_of_a_public_room() {
    let [owner, stranger] = stack().users().await;
    let room = owner.make_room("public", "Tea").await;
    owner.send(&room, "for members").await;
    let seen = stranger.room(&room).await;
    shape::room(&seen);
    assert_eq!((&seen["name"], &seen["member_count"]), (&json!("Tea"), &json!(1)));
    for member in ["role", "unread_count", "last_message", "last_read_message_id", "peer"] {
        assert!(seen.get(member).is_none_or(Value::is_null), "{member} in {seen}");
    }
    assert!(!seen.to_string().contains("for members"));
}

#[tokio::test]
async fn a_stranger_sees_nothing_of_the_others() {
    let [owner, peer, stranger] = stack().users().await;
    for room in [owner.make_room("private", "Tea").await, owner.direct_room(&peer).await] {
        stranger.get(&format!("/rooms/{room}")).await.problem(403, "not_a_member");
    }
}

#[tokio::test]
async fn an_unknown_room_is_not_found() {
    let user = stack().user().await;
    for id in [
        "0199aaaa-0000-7000-8000-000000000000",
        "nonsense",
        "PUBLIC",
        "00000000-0000-0000-0000-000000000000",
    ] {
        user.get(&format!("/rooms/{id}")).await.problem(404, "not_found");
    }
}

#[tokio::test]
async fn what_is_held_is_not_sent_again() {
    let [owner, guest] = stack().users().await;
    let room = owner.room_with(&[&guest]).await;
    let path = format!("/rooms/{room}");
    let shown = owner.get(&path).await;
    let tag = shown.header("etag").expect("a tag").to_owned();
    let ask = async |tag: &str| {
        let headers = [("if-none-match", tag)];
        owner.call_with("GET", &path, &headers, Payload::None).await
    };
    let again = ask(&tag).await;
    assert_eq!(
        (again.status, again.text.as_str(), again.header("etag")),
        (304, "", Some(tag.as_str()))
    );
    assert_eq!(ask("\"other\"").await.ok(200), shown.json);
    // Anything of the answer counts, the unread messages too.
    guest.send(&room, "new").await;
    let news = ask(&tag).await.ok(200);
    assert_eq!(news["unread_count"], 1);
}
