//! The fan-out queue: events on their way to `deliver`, as JSON of [`Fanout`].

use crate::failure::failed;
use aws_sdk_sqs::Client;
use chat::event::Fanout;
use chat::ports::Publish;
use domain::{ChatError, Result};

/// The largest message SQS takes, in bytes (1 MiB). The largest event, a message of 10,000
/// characters, is a tenth of it.
const MESSAGE_BYTES_MAX: usize = 1024 * 1024;

/// The queue behind [`Publish`].
#[derive(Clone, Debug)]
pub struct FanoutQueue {
    client: Client,
    url: String,
}

impl FanoutQueue {
    /// The queue at `url`.
    pub fn new(client: Client, url: impl Into<String>) -> Self {
        Self { client, url: url.into() }
    }
}

fn body(fanout: &Fanout) -> Result<String> {
    let json = serde_json::to_string(fanout)
        .map_err(|_| ChatError::unavailable("sqs SendMessage: the event is no JSON"))?;
    if json.len() > MESSAGE_BYTES_MAX {
        return Err(ChatError::unavailable("sqs SendMessage: the event is larger than 1 MiB"));
    }
    Ok(json)
}

impl Publish for FanoutQueue {
    async fn publish(&self, fanout: &Fanout) -> Result<()> {
        let send = self.client.send_message().queue_url(&self.url).message_body(body(fanout)?);
        send.send().await.map(|_| ()).map_err(|e| failed("sqs SendMessage", &e))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chat::event::{Audience, Event};
    use domain::Timestamp;

    fn event(text: String) -> Fanout {
        let event =
            Event { kind: "x".into(), seq: None, ts: Timestamp::from_ms(0), data: text.into() };
        Fanout::new(Audience::Users(Vec::new()), event)
    }

    #[test]
    fn events_travel_as_json_up_to_the_limit() {
        let small = event("a".into());
        let json = body(&small).unwrap();
        assert_eq!(serde_json::from_str::<Fanout>(&json).unwrap(), small);
        let around = json.len() - 1;
        assert!(body(&event("a".repeat(MESSAGE_BYTES_MAX - around))).is_ok());
        assert!(body(&event("a".repeat(MESSAGE_BYTES_MAX - around + 1))).is_err());
    }
}
