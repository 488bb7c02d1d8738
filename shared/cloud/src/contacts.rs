//! The queue of contacts on other people's servers whose events are to be sent, as JSON of [`WakeTask`].
//! `deliver` puts its news for them into the same queue.

use crate::failure::failed;
use aws_sdk_sqs::Client;
use chat::ports::{WakeContacts, WakeTask};
use domain::{ChatError, ContactKey, Result};

/// The queue behind [`WakeContacts`].
#[derive(Clone, Debug)]
pub struct ContactQueue {
    client: Client,
    url: String,
}

impl ContactQueue {
    /// The queue at `url`.
    pub fn new(client: Client, url: impl Into<String>) -> Self {
        Self { client, url: url.into() }
    }
}

impl WakeContacts for ContactQueue {
    async fn wake(&self, contact: ContactKey, delay_ms: i64) -> Result<()> {
        let body = serde_json::to_string(&WakeTask { contact })
            .map_err(|_| ChatError::unavailable("sqs SendMessage: the task is no JSON"))?;
        let send = self.client.send_message().queue_url(&self.url).message_body(body);
        let sent = send.delay_seconds(crate::presence::seconds(delay_ms)).send().await;
        sent.map(|_| ()).map_err(|e| failed("sqs SendMessage", &e))
    }
}
