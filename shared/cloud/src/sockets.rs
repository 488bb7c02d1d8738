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

fn status<E>(
    error: &SdkError<E, aws_sdk_apigatewaymanagement::config::http::HttpResponse>,
) -> Option<u16> {
    error.raw_response().map(|response| response.status().as_u16())
}

impl Sockets {
    /// Through a client made for the API's stage.
    pub fn new(client: Client) -> Self {
        Self { client }
    }

    async fn post_once(&self, connection: &ConnectionId, frame: Blob) -> Verdict {
        let post =
            self.client.post_to_connection().connection_id(connection.at_gateway()).data(frame);
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
            let answer =
                self.client.delete_connection().connection_id(connection.at_gateway()).send().await;
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
    use aws_sdk_apigatewaymanagement::config::{BehaviorVersion, Config, Credentials, Region};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    /// An API that answers with these statuses, one connection each, and returns the request lines.
    async fn api(statuses: &[u16]) -> (Sockets, tokio::task::JoinHandle<Vec<String>>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}/ws", listener.local_addr().unwrap());
        let statuses = statuses.to_vec();
        let served = tokio::spawn(async move {
            let mut lines = Vec::new();
            for status in statuses {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut request = vec![0; 8_192];
                let length = stream.read(&mut request).await.unwrap();
                let request = String::from_utf8_lossy(&request[..length]).into_owned();
                lines.push(request.lines().next().unwrap_or_default().to_owned());
                let head = "content-length: 2\r\nconnection: close";
                let answer = format!("HTTP/1.1 {status} X\r\n{head}\r\n\r\n{{}}");
                stream.write_all(answer.as_bytes()).await.unwrap();
                stream.shutdown().await.unwrap();
            }
            lines
        });
        let config = Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new("eu-central-1"))
            .credentials_provider(Credentials::new("local", "local", None, None, "tests"))
            .retry_config(aws_config::retry::RetryConfig::disabled())
            .http_client(crate::http::OneClient::new())
            .endpoint_url(endpoint)
            .build();
        (Sockets::new(Client::from_conf(config)), served)
    }

    #[tokio::test]
    async fn posts_are_tried_again_where_that_can_help() {
        for (statuses, young, wanted) in [
            (vec![200], false, Posted::Sent),
            (vec![429, 500, 200], false, Posted::Sent),
            (vec![500, 429, 503], false, Posted::GaveUp),
            (vec![410], false, Posted::Gone),
            (vec![410, 410, 200], true, Posted::Sent),
            (vec![410; 5], true, Posted::Gone),
            (vec![413], false, Posted::GaveUp),
        ] {
            let (sockets, served) = api(&statuses).await;
            let id = ConnectionId("L0SM9cOFvHcCIhw=".into());
            assert_eq!(sockets.post(&id, b"{}".to_vec(), young).await, wanted, "{statuses:?}");
            let lines = served.await.unwrap();
            assert_eq!(lines.len(), statuses.len());
            for line in lines {
                assert_eq!(line, "POST /ws/@connections/L0SM9cOFvHcCIhw%3D HTTP/1.1");
            }
        }
    }

    #[tokio::test]
    async fn closing_what_is_closed_is_fine() {
        for statuses in [vec![204], vec![410], vec![429, 204], vec![500; 3], vec![403]] {
            let (sockets, served) = api(&statuses).await;
            sockets.close(&ConnectionId::of(domain::Face::Cadmium, "c")).await;
            let lines = served.await.unwrap();
            assert_eq!(lines.len(), statuses.len());
            assert_eq!(lines[0], "DELETE /ws/@connections/c HTTP/1.1");
        }
    }
}
