//! Buckets `USER#<user> / RATE#<bucket>`: one number each, the moment at which the bucket is full
//! again (`full_at`, in microseconds). A request moves it on by what one request takes to refill; it may not be
//! further ahead than one window. Arithmetic in the table, so no request is lost or counted twice,
//! and nothing has to be read before.

use crate::call::TRIES_MAX;
use crate::item::{Fields, n};
use crate::write::{Write, Written};
use crate::{Table, keys};
use aws_sdk_dynamodb::types::ReturnValue;
use chat::ports::Throttle;
use domain::{Bucket, ChatError, Result, Timestamp, UserId};

impl Throttle for Table {
    async fn spend(&self, bucket: Bucket, user: UserId, now: Timestamp) -> Result<()> {
        let limit = bucket.limit(self.send_limit);
        let (step, window) = (limit.refill_us(), limit.window_us());
        let now_us = now.ms().saturating_mul(1000);
        let set = |update: &str| {
            // One write more than the window: the row is of no use when the bucket is full.
            let ends_at = now.plus_ms(2 * limit.window_ms);
            let update = format!("{update}, #expires_at = :expires_at");
            Write::update(keys::bucket_rate(user, bucket.as_str()), update)
                .value(":now", n(now_us))
                .value(":expires_at", n(ends_at.ttl_seconds()))
        };
        for _ in 0..TRIES_MAX {
            let first = set("SET #full_at = :next")
                .when("attribute_not_exists(PK) OR #full_at <= :now")
                .value(":next", n(now_us.saturating_add(step)));
            let Written::Failed(was) = self.write(first, ReturnValue::None).await? else {
                return Ok(());
            };
            let full_at: i64 = Fields(&was).number("full_at")?;
            let most = now_us.saturating_add(window - step);
            if full_at > most {
                let wait_ms = (full_at - most).unsigned_abs().div_ceil(1000);
                return Err(ChatError::rate_limited(limit.max, wait_ms));
            }
            let further = set("SET #full_at = #full_at + :step")
                .when("#full_at > :now AND #full_at <= :most")
                .value(":step", n(step))
                .value(":most", n(most));
            if self.write(further, ReturnValue::None).await?.is_done() {
                return Ok(());
            }
        }
        // Only a flood of the user's own concurrent requests gets here.
        Err(ChatError::rate_limited(limit.max, 200))
    }
}
