//! `GET /moderation/reports`

use super::{id, moderated, queue, report};
use parlance_tests::prelude::*;

#[tokio::test]
async fn admins_see_their_room_and_members_nothing() {
    let [owner, member, stranger] = stack().users().await;
    let room = owner.room_with(&[&member]).await;
    let message = stranger_says(&stranger, &room).await;
    let made = report(&member, &message).await;
    let seen = queue(&owner, &room, "open").await;
    assert_eq!(seen.len(), 1);
    assert_eq!((&seen[0]["id"], &seen[0]["reporter"]["id"]), (&made["id"], &json!(member.id)));
    let path = format!("/moderation/reports?room_id={room}");
    member.get(&path).await.problem(403, "insufficient_role");
    let outsider = stack().user().await;
    outsider.get(&path).await.problem(403, "not_a_member");
    owner.get("/moderation/reports").await.problem(403, "insufficient_role");
    assert!(queue(&owner, &room, "resolved").await.is_empty());
    let unknown = "/moderation/reports?room_id=0199aaaa-0000-7000-8000-000000000000";
    owner.get(unknown).await.problem(404, "not_found");
    for query in ["status=new", "room_id=x", "limit=0", "cursor=!"] {
        let answer = owner.get(&format!("{path}&{query}")).await;
        if query != "room_id=x" || answer.status != 403 {
            answer.problem(400, "validation_failed");
        }
    }
}

async fn stranger_says(stranger: &User, room: &str) -> Value {
    stranger.join(room).await;
    stranger.send(room, "foul").await
}

#[tokio::test]
async fn pages_go_on_where_the_last_one_ended() {
    let [owner, member] = stack().users().await;
    let room = owner.room_with(&[&member]).await;
    let mut made = vec![];
    for number in 0..5 {
        let message = member.send(&room, &number.to_string()).await;
        made.push(id(&report(&owner, &message).await));
    }
    made.reverse();
    let (mut seen, mut query) = (vec![], format!("room_id={room}&limit=2"));
    loop {
        let page = owner.get(&format!("/moderation/reports?{query}")).await.ok(200);
        seen.extend(ids(&page["reports"]));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        query = format!("room_id={room}&limit=2&cursor={cursor}");
    }
    assert_eq!(seen, made, "of the latest message first");
}

#[tokio::test]
async fn nobody_judges_themselves() {
    let [owner, member] = stack().users().await;
    let room = owner.room_with(&[&member]).await;
    let message = owner.send(&room, "of the owner").await;
    let made = id(&report(&member, &message).await);
    assert!(queue(&owner, &room, "open").await.is_empty());
    let path = format!("/moderation/reports/{made}");
    owner.get(&path).await.problem(403, "insufficient_role");
    owner.patch(&path, json!({"status": "dismissed"})).await.problem(403, "insufficient_role");
}

#[tokio::test]
async fn moderators_see_all_and_of_a_direct_room_only_the_report() {
    let (_folder, stack, moderator) = moderated().await;
    assert_eq!(moderator.get("/auth/me").await.ok(200)["moderator"], true);
    let [ann, bob] = stack.users().await;
    assert_eq!(ann.get("/auth/me").await.ok(200)["moderator"], false);
    let room = ann.direct_room(&bob).await;
    bob.send(&room, "a secret").await;
    let foul = bob.send(&room, "foul").await;
    let watching = Socket::connect(&moderator).await;
    let made = report(&ann, &foul).await;
    watching.expect("report_created", |data| data["report_id"] == made["id"]).await;
    let public = bob.make_room("public", "Tea").await;
    let stranger = stack.user().await;
    stranger.join(&public).await;
    let other = stranger.send(&public, "x").await;
    report(&bob, &other).await;
    let all = moderator.get("/moderation/reports").await.ok(200);
    assert_eq!(all["reports"].as_array().unwrap().len(), 2);
    assert!(!all.to_string().contains("a secret"), "{all}");
    let one = moderator.get("/moderation/reports?limit=1").await.ok(200);
    let cursor = one["next_cursor"].as_str().unwrap();
    let two = moderator.get(&format!("/moderation/reports?limit=1&cursor={cursor}")).await.ok(200);
    assert_eq!(two["reports"][0]["id"], made["id"], "the latest came first");
    assert_eq!(queue(&moderator, &room, "open").await[0]["snapshot"]["content"], "foul");
    // Neither the room nor the message itself.
    moderator.get(&format!("/rooms/{room}/messages")).await.problem(403, "not_a_member");
    moderator.get(&format!("/messages/{}", id(&foul))).await.problem(403, "not_a_member");
    // The two of a direct room review nothing.
    ann.get(&format!("/moderation/reports?room_id={room}")).await.problem(403, "insufficient_role");
    let delete = json!({"status": "resolved", "action": "delete_message"});
    let path = format!("/moderation/reports/{}", id(&made));
    let decided = moderator.patch(&path, delete).await.ok(200);
    assert_eq!(decided["decided_by"]["id"], moderator.id.as_str());
    shape::tombstone(&ann.message(&id(&foul)).await, &moderator.id);
}
