//! The presence queue: requests to look at a user's presence, at once or after a delay, as JSON of
//! [`Check`].

use crate::failure::failed;
use aws_sdk_sqs::Client;
use chat::Check;
use chat::ports::AskCheck;
use domain::{ChatError, Result};

/// The queue behind [`AskCheck`].
#[derive(Clone, Debug)]
pub struct PresenceQueue {
    client: Client,
    url: String,
}

impl PresenceQueue {
    /// The queue at `url`.
    pub fn new(client: Client, url: impl Into<String>) -> Self {
        Self { client, url: url.into() }
    }
}

/// Whole seconds, as SQS wants them; rounded up, so that nothing is looked at too early.
pub(crate) fn seconds(delay_ms: i64) -> i32 {
    i32::try_from(delay_ms.max(0).saturating_add(999) / 1000).unwrap_or(i32::MAX).min(900)
}

impl AskCheck for PresenceQueue {
    async fn ask_check(&self, check: Check, delay_ms: i64) -> Result<()> {
        let body = serde_json::to_string(&check)
            .map_err(|_| ChatError::unavailable("sqs SendMessage: the check is no JSON"))?;
        let send = self.client.send_message().queue_url(&self.url).message_body(body);
        let send = send.set_delay_seconds(Some(seconds(delay_ms)).filter(|delay| *delay > 0));
        send.send().await.map(|_| ()).map_err(|e| failed("sqs SendMessage", &e))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_are_whole_seconds_up_to_fifteen_minutes() {
        let delays = [-5, 0, 1, 1_000, 1_001, 900_000, i64::MAX].map(seconds);
        assert_eq!(delays, [0, 0, 1, 1, 2, 900, 900]);
    }
}
