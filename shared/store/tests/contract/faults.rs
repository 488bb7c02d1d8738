//! What the embedded engine never does and AWS does: conflicts, cut batches, lost answers.

use crate::harness::*;
use chat::ports::*;
use domain::{Change, Code, RoomKind};

const CONFLICT: &str = r#"{"__type": "com.amazonaws.dynamodb.v20120810#TransactionConflictException",
    "message": "Transaction is ongoing for the item"}"#;

/// A cancelled transaction with these reasons.
fn cancelled(codes: &[&str]) -> String {
    let reasons: Vec<_> = codes.iter().map(|code| serde_json::json!({"Code": code})).collect();
    serde_json::json!({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": "Transaction cancelled",
        "CancellationReasons": reasons,
    })
    .to_string()
}

#[tokio::test]
async fn a_transaction_in_the_way_is_waited_for() {
    let stack = Stack::new().await;
    let (room, owner) = stack.room(RoomKind::Private, "r").await;
    stack.calls.take();
    stack.calls.take_tokens();
    stack.calls.fault(400, cancelled(&["None", "TransactionConflict"]));
    stack.calls.fault(400, cancelled(&["ThrottlingError", "None"]));
    let change = entry(room.id, 1, owner.user, Change::RoomUpdated { renamed: None });
    assert_eq!(stack.table.commit_room(&room, &room, &change).await, Ok(Commit::Done));
    assert_eq!(stack.calls.take(), ["TransactWriteItems"; 3]);
    let mut tokens = stack.calls.take_tokens();
    tokens.sort();
    tokens.dedup();
    assert_eq!(tokens.len(), 3, "each try is a transaction of its own");
}

#[tokio::test]
async fn endless_conflicts_end() {
    let stack = Stack::new().await;
    let (room, owner) = stack.room(RoomKind::Private, "r").await;
    let m = stack.send(&owner, "m").await;
    let conflicts = || {
        for _ in 0..8 {
            stack.calls.fault(400, cancelled(&["TransactionConflict", "None"]));
        }
    };
    stack.calls.take();
    conflicts();
    let change = entry(room.id, 2, owner.user, Change::RoomUpdated { renamed: None });
    assert_eq!(stack.table.commit_room(&room, &room, &change).await, Ok(Commit::Stale));
    assert_eq!(stack.calls.take().len(), 8);
    // A reaction has no "stale": it must not be taken for refused.
    conflicts();
    let error = stack.table.commit_reaction(m.id, "🔥", &change).await.unwrap_err();
    assert_eq!(error.code, Code::Unavailable);
}

#[tokio::test]
async fn a_single_write_waits_for_a_transaction_too() {
    let stack = Stack::new().await;
    let (room, _) = stack.room(RoomKind::Private, "r").await;
    stack.calls.take();
    stack.calls.fault(400, CONFLICT);
    stack.calls.fault(400, CONFLICT);
    assert_eq!(stack.table.take_event_seq(room.id, NOW).await.unwrap().seq, 1);
    assert_eq!(stack.calls.take(), ["UpdateItem"; 3]);
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again_under_the_same_token() {
    let stack = Stack::new().await;
    let (room, owner) = stack.room(RoomKind::Private, "r").await;
    stack.calls.take_tokens();
    stack.calls.fault(500, r#"{"__type": "InternalServerError", "message": "lost"}"#);
    let change = entry(room.id, 1, owner.user, Change::RoomUpdated { renamed: None });
    assert_eq!(stack.table.commit_room(&room, &room, &change).await, Ok(Commit::Done));
    let tokens = stack.calls.take_tokens();
    assert_eq!(tokens.len(), 2);
    assert_eq!(tokens[0], tokens[1]);
}

#[tokio::test]
async fn what_a_batch_leaves_is_asked_for_again() {
    let stack = Stack::new().await;
    let (room, _) = stack.room(RoomKind::Private, "r").await;
    let key = serde_json::json!({"PK": {"S": format!("ROOM#{}", room.id)}, "SK": {"S": "ROOM"}});
    let left = serde_json::json!({
        "Responses": {},
        "UnprocessedKeys": {&stack.name: {"Keys": [key], "ConsistentRead": true}},
    });
    stack.calls.take();
    stack.calls.fault(200, left.to_string());
    stack.calls.fault(200, left.to_string());
    assert_eq!(stack.load_room(room.id).await, Some(room.clone()));
    assert_eq!(stack.calls.take(), ["BatchGetItem"; 3]);

    for _ in 0..8 {
        stack.calls.fault(200, left.to_string());
    }
    let ask = Ask { rooms: vec![room.id], ..Ask::default() };
    let error = stack.table.look(ask, NOW).await.unwrap_err();
    assert_eq!(error.detail, "dynamodb BatchGetItem: throttled");
}

#[tokio::test]
async fn other_reasons_are_errors_with_their_code() {
    let stack = Stack::new().await;
    let (room, owner) = stack.room(RoomKind::Private, "r").await;
    stack.calls.fault(400, cancelled(&["None", "ItemCollectionSizeLimitExceeded"]));
    let change = entry(room.id, 1, owner.user, Change::RoomUpdated { renamed: None });
    let error = stack.table.commit_room(&room, &room, &change).await.unwrap_err();
    let wanted = "dynamodb TransactWriteItems: ItemCollectionSizeLimitExceeded";
    assert_eq!(error.detail, wanted);
}
