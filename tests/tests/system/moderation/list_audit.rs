//! `GET /rooms/{room_id}/audit`

use super::{id, report};
use parlance_tests::prelude::*;

async fn audit(user: &User, room: &str, query: &str) -> Value {
    user.get(&format!("/rooms/{room}/audit?{query}")).await.ok(200)
}

#[tokio::test]
async fn what_a_rank_did_is_on_record_without_text() {
    let [owner, member] = stack().users().await;
    let room = owner.room_with(&[&member]).await;
    let [own, foul, reported] = [
        owner.send(&room, "of the owner").await,
        member.send(&room, "foul words").await,
        member.send(&room, "fouler words").await,
    ];
    owner.delete(&format!("/messages/{}", id(&own))).await.ok(200);
    owner.delete(&format!("/messages/{}", id(&foul))).await.ok(200);
    let made = report(&owner, &reported).await;
    let decision = json!({"status": "dismissed", "note": "a private note"});
    owner.patch(&format!("/moderation/reports/{}", id(&made)), decision).await.ok(200);
    let page = audit(&owner, &room, "").await;
    let records = page["records"].as_array().unwrap();
    let actions: Vec<_> = records.iter().map(|r| r["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["report_decided", "message_deleted"], "one's own deeds are none: {page}");
    for record in records {
        assert_eq!(record["actor"]["id"], owner.id.as_str());
        assert_eq!(record["subject"]["id"], member.id.as_str());
        shape::compact_user(&record["actor"]);
    }
    assert_eq!(records[1]["message_id"], foul["id"]);
    assert_eq!(records[0]["status"], "dismissed");
    let text = page.to_string();
    assert!(!text.contains("foul") && !text.contains("private note"), "{text}");
}

#[tokio::test]
async fn pages_go_on_where_the_last_one_ended() {
    let [owner, member] = stack().users().await;
    let room = owner.room_with(&[&member]).await;
    for message in member.send_all(&room, ["1", "2", "3", "4", "5"]).await {
        owner.delete(&format!("/messages/{}", id(&message))).await.ok(200);
    }
    let whole = ids(&audit(&owner, &room, "").await["records"]);
    assert_eq!(whole.len(), 5);
    let (mut seen, mut query) = (vec![], "limit=2".to_owned());
    loop {
        let page = audit(&owner, &room, &query).await;
        seen.extend(ids(&page["records"]));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        query = format!("limit=2&cursor={cursor}");
    }
    assert_eq!(seen, whole);
    for wrong in ["cursor=x", "cursor=%00", "limit=0", &format!("cursor={}", "z".repeat(20))] {
        owner.get(&format!("/rooms/{room}/audit?{wrong}")).await.problem(400, "validation_failed");
    }
}

#[tokio::test]
async fn only_for_those_with_a_rank() {
    let [owner, member] = stack().users().await;
    let room = owner.room_with(&[&member]).await;
    let path = format!("/rooms/{room}/audit");
    member.get(&path).await.problem(403, "insufficient_role");
    stack().user().await.get(&path).await.problem(403, "not_a_member");
    let direct = owner.direct_room(&member).await;
    owner.get(&format!("/rooms/{direct}/audit")).await.problem(403, "insufficient_role");
    owner.get("/rooms/nonsense/audit").await.problem(404, "not_found");
}
