//! The purge queue: deleted rooms on their way to `purge`, as JSON of [`PurgeTask`].

use crate::failure::failed;
use aws_sdk_sqs::Client;
use chat::ports::{PurgeTask, QueuePurge};
use domain::{ChatError, Result, RoomId};

/// The queue behind [`QueuePurge`].
#[derive(Clone, Debug)]
pub struct PurgeQueue {
    client: Client,
    url: String,
    delay_s: i32,
}

impl PurgeQueue {
    /// The queue at `url`. A room that is about to be deleted is looked at after `delay_s` seconds
    /// (at most 900, SQS's limit): longer than any request that could still write to it runs.
    pub fn new(client: Client, url: impl Into<String>, delay_s: i32) -> Self {
        Self { client, url: url.into(), delay_s }
    }

    async fn send(&self, task: PurgeTask, delay_s: i32) -> Result<()> {
        let body = serde_json::to_string(&task)
            .map_err(|_| ChatError::unavailable("sqs SendMessage: the task is no JSON"))?;
        let send = self.client.send_message().queue_url(&self.url).message_body(body);
        let sent = send.delay_seconds(delay_s).send().await;
        sent.map(|_| ()).map_err(|e| failed("sqs SendMessage", &e))
    }
}

impl QueuePurge for PurgeQueue {
    async fn intend_purge(&self, room: RoomId) -> Result<()> {
        self.send(PurgeTask { room, bucket: None }, self.delay_s).await
    }

    async fn continue_purge(&self, task: PurgeTask) -> Result<()> {
        self.send(task, 0).await
    }
}
