//! The queues of the other protocols' workers: news as JSON of [`FaceNews`].

use crate::failure::failed;
use aws_sdk_sqs::Client;
use chat::FaceNews;
use chat::ports::HandOn;
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

impl HandOn for FaceQueues {
    async fn hand_on(&self, face: Face, news: &FaceNews) -> Result<()> {
        let Some((_, url)) = self.urls.iter().find(|(one, _)| *one == face) else {
            return Ok(());
        };
        let body = serde_json::to_string(news)
            .map_err(|_| ChatError::unavailable("sqs SendMessage: the news are no JSON"))?;
        let send = self.client.send_message().queue_url(url).message_body(body);
        send.send().await.map(|_| ()).map_err(|e| failed("sqs SendMessage", &e))
    }
}
