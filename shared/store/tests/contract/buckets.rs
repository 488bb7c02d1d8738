//! Buckets of requests.

use crate::harness::*;
use chat::ports::Throttle;
use domain::{Bucket, Code, RateLimit};
use futures_util::future::join_all;

const SENDS: RateLimit = RateLimit { max: 5, window_ms: 10_000 };

#[tokio::test]
async fn a_bucket_is_spent_and_fills_evenly() {
    let stack = Stack::new().await;
    let table = stack.table.with_send_limit(SENDS);
    let who = user();
    let spend = |at| table.spend(Bucket::Report, who, at);
    for _ in 0..5 {
        assert_eq!(spend(NOW).await, Ok(()));
    }
    let refused = spend(NOW).await.unwrap_err();
    assert_eq!((refused.code, refused.limit), (Code::RateLimited, Some(5)));
    assert_eq!(refused.retry_after_ms, Some(2_000));
    assert_eq!(table.spend(Bucket::Change, who, NOW).await, Ok(()), "another bucket");
    assert_eq!(table.spend(Bucket::Report, user(), NOW).await, Ok(()), "another user");
    assert!(spend(NOW.plus_ms(1_999)).await.is_err());
    assert_eq!(spend(NOW.plus_ms(2_000)).await, Ok(()));
    assert!(spend(NOW.plus_ms(2_000)).await.is_err());
    for _ in 0..5 {
        assert_eq!(spend(NOW.plus_ms(12_000)).await, Ok(()), "full again");
    }
    assert!(spend(NOW.plus_ms(12_000)).await.is_err());
}

#[tokio::test]
async fn at_once_no_more_pass_than_there_are() {
    let stack = Stack::new().await;
    let table = stack.table.with_send_limit(SENDS);
    let who = user();
    let all = join_all((0..20).map(|_| table.spend(Bucket::Report, who, NOW))).await;
    let passed = all.iter().filter(|one| one.is_ok()).count();
    assert!((1..=5).contains(&passed), "{passed}");
    assert!(all.into_iter().filter_map(Result::err).all(|e| e.code == Code::RateLimited));
}

#[tokio::test]
async fn an_idle_bucket_costs_one_call() {
    let stack = Stack::new().await;
    let who = user();
    stack.table.spend(Bucket::Change, who, NOW).await.unwrap();
    assert_eq!(stack.calls.take(), ["UpdateItem"]);
    stack.table.spend(Bucket::Change, who, NOW).await.unwrap();
    assert_eq!(stack.calls.take(), ["UpdateItem"; 2], "in a run of requests two");
}
