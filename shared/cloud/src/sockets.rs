//! Open sockets, written to through API Gateway's `@connections`.

use crate::failure::back_off;
use aws_sdk_apigatewaymanagement::Client;
use aws_sdk_apigatewaymanagement::error::SdkError;
use aws_sdk_apigatewaymanagement::primitives::Blob;
use chat::ports::{Posted, Push};
use domain::ConnectionId;

/// Tries of a post that is throttled or meets a fault.
const TRIES_MAX: u32 = 3;
/// The first wait after such an answer, in milliseconds; each further one is twice as long.
const WAIT_MS: u64 = 50;
/// Tries of a post to a connection that may not stand yet …
const YOUNG_TRIES_MAX: u32 = 5;
/// … and the first wait between these, in milliseconds: 75 + 150 + 300 + 600 at the most.
const YOUNG_WAIT_MS: u64 = 75;

/// The sockets of one WebSocket API.
#[derive(Clone, Debug)]
pub struct Sockets {
    client: Client,
}

/// What an answer means for a post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Final(Posted),
    NotThereYet,
    Again,
}

/// By status, because throttling (429) comes in more than one shape. No status: the request or the
/// answer was lost, and a frame that arrives twice is dropped by its `seq`.
fn verdict(status: Option<u16>) -> Verdict {
    match status {
        Some(200..=299) => Verdict::Final(Posted::Sent),
        Some(410) => Verdict::NotThereYet,
        Some(408 | 429 | 500..=599) | None => Verdict::Again,
        // 413 (larger than 128 KB), 403, 400: the same again would answer the same.
        Some(_) => Verdict::Final(Posted::GaveUp),
    }
}

fn status<E>(error: &SdkError<E, aws_sdk_apigatewaymanagement::config::http::HttpResponse>) -> Option<u16> {
    error.raw_response().map(|response| response.status().as_u16())
}

impl Sockets {
    /// Through a client made for the API's stage.
    pub fn new(client: Client) -> Self {
        Self { client }
    }

    async fn post_once(&self, connection: &ConnectionId, frame: Blob) -> Verdict {
        let post = self.client.post_to_connection().connection_id(&connection.0).data(frame);
        match post.send().await {
            Ok(_) => Verdict::Final(Posted::Sent),
            Err(error) => verdict(status(&error)),
        }
    }
}

impl Push for Sockets {
    async fn post(&self, connection: &ConnectionId, frame: Vec<u8>, young: bool) -> Posted {
        let frame = Blob::new(frame);
        let (mut missed, mut failed) = (0, 0);
        loop {
            match self.post_once(connection, frame.clone()).await {
                Verdict::Final(posted) => return posted,
                Verdict::NotThereYet => {
                    missed += 1;
                    if !young || missed == YOUNG_TRIES_MAX {
                        return Posted::Gone;
                    }
                    back_off(missed - 1, YOUNG_WAIT_MS).await;
                }
                Verdict::Again => {
                    failed += 1;
                    if failed == TRIES_MAX {
                        return Posted::GaveUp;
                    }
                    back_off(failed - 1, WAIT_MS).await;
                }
            }
        }
    }

    async fn close(&self, connection: &ConnectionId) {
        for tried in 0..TRIES_MAX {
            let answer = self.client.delete_connection().connection_id(&connection.0).send().await;
            let Err(error) = answer else { return };
            // Gone is what was wanted, and a refusal stays one.
            if verdict(status(&error)) != Verdict::Again {
                return;
            }
            if tried + 1 < TRIES_MAX {
                back_off(tried, WAIT_MS).await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_answers_mean() {
        for (answer, wanted) in [
            (Some(200), Verdict::Final(Posted::Sent)),
            (Some(410), Verdict::NotThereYet),
            (Some(429), Verdict::Again),
            (Some(500), Verdict::Again),
            (Some(504), Verdict::Again),
            (None, Verdict::Again),
            (Some(413), Verdict::Final(Posted::GaveUp)),
            (Some(403), Verdict::Final(Posted::GaveUp)),
        ] {
            assert_eq!(verdict(answer), wanted, "{answer:?}");
        }
    }
}
