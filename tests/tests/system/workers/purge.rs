//! `purge`: nothing of a deleted room stays.

use parlance_tests::api::Api;
use parlance_tests::prelude::*;

/// Everything in the table that names a room, read as an operator would.
async fn rows_about(stack: &Stack, room: &str) -> Vec<Value> {
    let aws = Api::new(stack.aws());
    let call = async |target: &str, body: Value| {
        let target = format!("DynamoDB_20120810.{target}");
        let headers = [
            ("x-amz-target", target.as_str()),
            (
                "authorization",
                "AWS4-HMAC-SHA256 Credential=local/20260101/eu-central-1/dynamodb/aws4_request",
            ),
        ];
        let body = Payload::Raw("application/x-amz-json-1.0", body.to_string().into_bytes());
        let answer = aws.try_call("POST", "/", None, &headers, body).await.expect("an answer");
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json
    };
    let tables = call("ListTables", json!({})).await;
    let table = tables["TableNames"][0].clone();
    let mut rows = vec![];
    let mut from = Value::Null;
    loop {
        let mut scan = json!({"TableName": table});
        if !from.is_null() {
            scan["ExclusiveStartKey"] = from;
        }
        let page = call("Scan", scan).await;
        let items = page["Items"].as_array().cloned().unwrap_or_default();
        rows.extend(items.into_iter().filter(|item| item.to_string().contains(room)));
        from = page["LastEvaluatedKey"].clone();
        if from.is_null() {
            return rows;
        }
    }
}

/// Rows that are left and are not the mark that the id is used up, nor records that end by themselves.
async fn left(stack: &Stack, room: &str) -> Vec<Value> {
    let mut rows = rows_about(stack, room).await;
    rows.retain(|row| {
        let sk = row["SK"]["S"].as_str().unwrap_or_default();
        let mark = sk == "ROOM" && row["purged_at"].is_object() && row["name"].is_null();
        !(mark || sk.starts_with("SENT#") || sk.starts_with("TYPING#"))
    });
    rows
}

#[tokio::test]
async fn a_deleted_room_is_emptied_and_its_members_hear_of_it_all_the_same() {
    let stack = Stack::start(Options::new().roomy().param("PurgeDelaySeconds", 5));
    let [owner, admin, guest, banned] = stack.users().await;
    let room = owner.room_with_admin(&admin, &[&guest]).await;
    let other = owner.room_with(&[&guest]).await;
    for number in 0..60 {
        guest.send(&room, &format!("secret {number}")).await;
    }
    let message = owner.send(&room, "pinned").await;
    owner.pin(&room, message["id"].as_str().unwrap()).await;
    owner.ban(&room, &banned).await;
    owner.silence(&room, &guest).await;
    let code = admin.invite_code(&room, json!({})).await;
    owner.send(&other, "stays").await;
    assert!(left(&stack, &room).await.len() > 70);

    let sockets = [Socket::connect(&guest).await, Socket::connect(&admin).await];
    owner.delete(&format!("/rooms/{room}")).await.ok(200);
    for socket in &sockets {
        socket.expect("room_deleted", |data| data["room_id"] == room.as_str()).await;
    }
    guest.get(&format!("/rooms/{room}")).await.problem(404, "not_found");
    guest.get(&format!("/invites/{code}")).await.problem(404, "not_found");
    // The worker comes by itself; how soon depends on the machine.
    let deadline = std::time::Instant::now() + parlance_tests::DEADLINE;
    loop {
        let rows = left(&stack, &room).await;
        if rows.is_empty() {
            break;
        }
        assert!(std::time::Instant::now() < deadline, "still there: {rows:?}");
    }
    assert_eq!(contents(&guest.page(&other, "").await), ["stays"]);
    assert_eq!(ids(&guest.get("/rooms").await.ok(200)["rooms"]), [other]);
    owner.delete(&format!("/rooms/{room}")).await.problem(404, "not_found");
}

#[tokio::test]
async fn the_last_members_leaving_empties_it_too() {
    let stack = Stack::start(Options::new().roomy().param("PurgeDelaySeconds", 5));
    let owner = stack.user().await;
    let room = owner.make_room("public", "Tea").await;
    owner.send(&room, "alone").await;
    owner.leave(&room).await;
    let deadline = std::time::Instant::now() + parlance_tests::DEADLINE;
    while !left(&stack, &room).await.is_empty() {
        assert!(std::time::Instant::now() < deadline, "still there");
    }
}
