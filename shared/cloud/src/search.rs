//! The search index: plain OpenSearch REST, signed with SigV4 where the endpoint is AWS's (service `es`).
//!
//! Messages are found through the alias `messages`. The index behind it is made by whoever finds that it
//! is missing; its name carries the version of its mapping, so that another mapping can be filled beside
//! it and the alias moved.

mod index;
mod query;

use crate::failure::back_off;
use crate::http::OneClient;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::identity::Identity;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::byte_stream::ByteStream;
use domain::{ChatError, Result};
use serde_json::{Value, json};
use std::time::Duration;

/// What searches and changes are addressed to.
const ALIAS: &str = "messages";
/// The index behind it. Another mapping gets another number.
const INDEX: &str = "messages-v1";
/// How often a call is tried at the most.
const TRIES_MAX: u32 = 3;
/// The first wait between tries, in milliseconds.
const WAIT_MS: u64 = 100;
/// How long one try may take.
const TRY_MAX: Duration = Duration::from_secs(5);

/// How calls are signed.
#[derive(Clone, Debug)]
pub(crate) struct Signing {
    pub(crate) credentials: SharedCredentialsProvider,
    pub(crate) region: String,
    pub(crate) time: aws_smithy_async::time::SharedTimeSource,
}

/// An OpenSearch domain.
#[derive(Clone, Debug)]
pub struct SearchIndex {
    http: OneClient,
    endpoint: String,
    signing: Option<Signing>,
}

/// An answer that is not an error of the network.
struct Answer {
    status: u16,
    body: Value,
}

impl Answer {
    fn is_ok(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// OpenSearch's name for what went wrong.
    fn error_kind(&self) -> &str {
        self.body.pointer("/error/type").and_then(Value::as_str).unwrap_or("unknown")
    }

    fn failed(&self, call: &str) -> ChatError {
        let kind = self.error_kind();
        ChatError::unavailable(format_args!("opensearch {call}: {} {kind}", self.status))
    }
}

impl SearchIndex {
    pub(crate) fn new(http: OneClient, endpoint: &str, signing: Option<Signing>) -> Self {
        Self { http, endpoint: endpoint.trim_end_matches('/').to_owned(), signing }
    }

    /// An OpenSearch of one's own that asks for no signatures.
    pub fn unsigned(endpoint: &str) -> Self {
        Self::new(OneClient::new(), endpoint, None)
    }

    /// Makes what was indexed before this moment visible to searches; an interval does so anyway.
    pub async fn refresh(&self) -> Result<()> {
        let answer = self.call("POST", &format!("{ALIAS}/_refresh"), JSON, String::new()).await?;
        if answer.is_ok() { Ok(()) } else { Err(answer.failed("_refresh")) }
    }

    /// Makes the index, unless somebody has.
    async fn make(&self) -> Result<()> {
        let answer = self.call("PUT", INDEX, JSON, definition().to_string()).await?;
        if answer.is_ok() || answer.error_kind() == "resource_already_exists_exception" {
            return Ok(());
        }
        Err(answer.failed("create index"))
    }

    /// One call, tried again where that may help.
    async fn call(&self, method: &str, path: &str, kind: &str, body: String) -> Result<Answer> {
        let name = path.split(['/', '?']).find(|part| part.starts_with('_')).unwrap_or("index");
        for tried in 1.. {
            let answer = match tokio::time::timeout(
                TRY_MAX,
                self.attempt(method, path, kind, &body),
            )
            .await
            {
                Ok(answer) => answer,
                Err(_) => Err(ChatError::unavailable("timeout")),
            };
            let again = match &answer {
                Ok(answer) => matches!(answer.status, 429 | 502..=504),
                Err(_) => true,
            };
            if !again || tried == TRIES_MAX {
                return answer.map_err(|error| {
                    ChatError::unavailable(format_args!("opensearch {name}: {}", error.detail))
                });
            }
            back_off(tried, WAIT_MS).await;
        }
        Err(ChatError::unavailable("opensearch: not tried"))
    }

    async fn attempt(&self, method: &str, path: &str, kind: &str, body: &str) -> Result<Answer> {
        let wrong = |what: &'static str| move |_| ChatError::unavailable(what);
        let uri = format!("{}/{path}", self.endpoint);
        let mut request = HttpRequest::new(body.to_owned().into());
        request.set_method(method).map_err(|_| ChatError::unavailable("not sent"))?;
        request.set_uri(uri.as_str()).map_err(|_| ChatError::unavailable("no such address"))?;
        request.headers_mut().insert("content-type", kind.to_owned());
        request.headers_mut().insert("content-length", body.len().to_string());
        if let Some(signing) = &self.signing {
            for (name, value) in signing.headers(method, &uri, kind, body).await? {
                request.headers_mut().insert(name, value);
            }
        }
        let answer: HttpResponse =
            self.http.call(request).await.map_err(|_| ChatError::unavailable("unreachable"))?;
        let status = answer.status().as_u16();
        let bytes = ByteStream::new(answer.into_body()).collect().await;
        let bytes = bytes.map_err(wrong("the answer broke off"))?.into_bytes();
        // Errors of what stands before OpenSearch are not always JSON.
        let body = serde_json::from_slice(&bytes);
        let body = if (200..300).contains(&status) {
            body.map_err(|_| ChatError::unavailable("garbled answer"))?
        } else {
            body.unwrap_or(Value::Null)
        };
        Ok(Answer { status, body })
    }
}

const JSON: &str = "application/json";

impl Signing {
    /// The headers that a signature adds.
    async fn headers(
        &self,
        method: &str,
        uri: &str,
        kind: &str,
        body: &str,
    ) -> Result<Vec<(String, String)>> {
        let credentials = self.credentials.provide_credentials().await;
        let credentials = credentials.map_err(|_| ChatError::unavailable("no credentials"))?;
        let identity: Identity = credentials.into();
        let unsigned = |_| ChatError::unavailable("not signed");
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name("es")
            .time(self.time.now())
            .settings(SigningSettings::default())
            .build()
            .map_err(|_| ChatError::unavailable("not signed"))?
            .into();
        let headers = [("content-type", kind)].into_iter();
        let body = SignableBody::Bytes(body.as_bytes());
        let request = SignableRequest::new(method, uri, headers, body).map_err(unsigned)?;
        let (signed, _) = sign(request, &parameters).map_err(unsigned)?.into_parts();
        Ok(signed.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }
}

/// The index: its fields hold words made by `domain::search`, so the analyzer only parts them at spaces.
/// What is not here cannot be stored; the text itself is nowhere in it.
fn definition() -> Value {
    json!({
        "settings": {
            "number_of_shards": 1,
            "auto_expand_replicas": "0-1",
            "refresh_interval": "500ms",
        },
        "mappings": {
            "dynamic": "strict",
            "_source": {"enabled": false},
            "properties": {
                "words": {"type": "text", "analyzer": "whitespace"},
                "also": {"type": "text", "analyzer": "whitespace", "index_options": "docs", "norms": false},
                "room": {"type": "keyword"},
                "sender": {"type": "keyword"},
                "has": {"type": "keyword"},
                "at": {"type": "date", "format": "epoch_millis"},
                "seq": {"type": "long"},
                "tie": {"type": "long"},
            },
        },
        "aliases": {ALIAS: {}},
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_credential_types::Credentials;
    use aws_smithy_async::time::StaticTimeSource;
    use std::time::UNIX_EPOCH;

    #[tokio::test]
    async fn calls_are_signed_for_the_service() {
        let keys = Credentials::new("AKID", "secret", Some("token".into()), None, "test");
        let at = UNIX_EPOCH + Duration::from_secs(1_790_000_000);
        let signing = Signing {
            credentials: SharedCredentialsProvider::new(keys),
            region: "eu-central-1".into(),
            time: StaticTimeSource::new(at).into(),
        };
        let uri = "https://search.example.org/messages/_bulk?require_alias=true";
        let headers = signing.headers("POST", uri, JSON, "{}").await.unwrap();
        let header = |name: &str| headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
        let authorization = header("authorization").unwrap();
        assert!(
            authorization.starts_with(
                "AWS4-HMAC-SHA256 Credential=AKID/20260921/eu-central-1/es/aws4_request, \
                 SignedHeaders=content-type;host;x-amz-date;x-amz-security-token, Signature="
            ),
            "{authorization}"
        );
        assert_eq!(header("x-amz-security-token"), Some("token"));
        assert_eq!(header("x-amz-date"), Some("20260921T141320Z"));
    }
}
