//! The queues of the other protocols' workers: news as JSON of [`FaceNews`].

use crate::failure::failed;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use chat::FaceNews;
use chat::ports::{HandOn, HandOnLater};
use domain::{ChatError, Face, Result};

/// The queues behind [`HandOn`].
#[derive(Clone, Debug)]
pub struct FaceQueues {
    client: Client,
    urls: Vec<(Face, String)>,
}

impl FaceQueues {
    /// The queues of the faces that are deployed.
    pub fn new(client: Client, urls: Vec<(Face, String)>) -> Self {
        Self { client, urls }
    }
}

fn body(news: &FaceNews) -> Result<String> {
    serde_json::to_string(news)
        .map_err(|_| ChatError::unavailable("sqs SendMessage: the news are no JSON"))
}

impl FaceQueues {
    fn url(&self, face: Face) -> Option<&String> {
        self.urls.iter().find(|(one, _)| *one == face).map(|(_, url)| url)
    }
}

impl HandOnLater for FaceQueues {
    async fn hand_on_later(&self, face: Face, news: &FaceNews, delays_s: &[i32]) -> Result<()> {
        let Some(url) = self.url(face) else { return Ok(()) };
        let body = body(news)?;
        let entry = |delay: &i32| {
            let entry = SendMessageBatchRequestEntry::builder().id(format!("after-{delay}"));
            let entry = entry.message_body(&body).delay_seconds(*delay).build();
            entry.map_err(|_| ChatError::unavailable("sqs SendMessageBatch: an entry lacks a part"))
        };
        let entries = delays_s.iter().map(entry).collect::<Result<Vec<_>>>()?;
        let send = self.client.send_message_batch().queue_url(url).set_entries(Some(entries));
        let answer = send.send().await.map_err(|e| failed("sqs SendMessageBatch", &e))?;
        if answer.failed().is_empty() {
            return Ok(());
        }
        Err(ChatError::unavailable("sqs SendMessageBatch: some entries were refused"))
    }
}

impl HandOn for FaceQueues {
    async fn hand_on(&self, face: Face, news: &FaceNews) -> Result<()> {
        let Some(url) = self.url(face) else { return Ok(()) };
        let body = body(news)?;
        let send = self.client.send_message().queue_url(url).message_body(body);
        send.send().await.map(|_| ()).map_err(|e| failed("sqs SendMessage", &e))
    }
}
