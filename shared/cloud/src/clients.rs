//! How the clients of the services are built: region, credentials and endpoints from the
//! environment as every SDK reads them (`AWS_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_ENDPOINT_URL`,
//! `AWS_ENDPOINT_URL_SQS`, …), one pool of connections for all.

use crate::http::OneClient;
use crate::search::Signing;
use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use std::time::Duration;

/// How long one try may take. DynamoDB answers within tens of milliseconds; what takes a second is
/// lost and better asked again.
const ATTEMPT_MAX: Duration = Duration::from_secs(3);
/// How long a call may take with all its tries: well within a function's 29 s.
const OPERATION_MAX: Duration = Duration::from_secs(10);
/// How often a call is tried at the most.
const ATTEMPTS_MAX: u32 = 3;

/// What the clients share. Each service's client is built when it is asked for, so a function only
/// links and builds those it uses.
#[derive(Clone, Debug)]
pub struct Clients {
    config: SdkConfig,
    http: OneClient,
}

impl Clients {
    /// Reads the environment. Opens no connection, and reads the system's root certificates only
    /// where an endpoint may need them.
    pub async fn from_env() -> Self {
        let http = OneClient::new();
        if !plain_endpoints_only() {
            // Before the first request, while a starting function has a whole processor to itself.
            http.prepare_tls();
        }
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(crate::http::CONNECT_MAX)
            .read_timeout(crate::http::READ_MAX)
            .operation_attempt_timeout(ATTEMPT_MAX)
            .operation_timeout(OPERATION_MAX)
            .build();
        let config = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .http_client(http.clone())
            .timeout_config(timeouts)
            // Answers are small and the timeouts above cover them; this would watch every body.
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS_MAX))
            .load()
            .await;
        Self { config, http }
    }

    /// DynamoDB.
    pub fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        aws_sdk_dynamodb::Client::new(&self.config)
    }

    /// S3. Checksums beyond TLS and the signature are left out: they would be part of every signed
    /// upload, for its sender to compute.
    pub fn s3(&self) -> aws_sdk_s3::Client {
        use aws_sdk_s3::config::{RequestChecksumCalculation, ResponseChecksumValidation};
        let config = aws_sdk_s3::config::Builder::from(&self.config)
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
            .build();
        aws_sdk_s3::Client::from_conf(config)
    }

    /// SQS.
    pub fn sqs(&self) -> aws_sdk_sqs::Client {
        aws_sdk_sqs::Client::new(&self.config)
    }

    /// The search domain at `endpoint`, signed for like every other service.
    pub fn search(&self, endpoint: &str) -> crate::SearchIndex {
        let region = self.config.region().map(ToString::to_string).unwrap_or_default();
        let signing = self.config.credentials_provider().zip(self.config.time_source());
        let signing = signing.map(|(credentials, time)| Signing { credentials, region, time });
        crate::SearchIndex::new(self.http.clone(), endpoint, signing)
    }

    /// Secrets Manager.
    pub fn secrets(&self) -> aws_sdk_secretsmanager::Client {
        aws_sdk_secretsmanager::Client::new(&self.config)
    }

    /// The sockets of one WebSocket API: `endpoint` is `https://<api>.execute-api.<region>…/<stage>`.
    /// It tries once: [`crate::Sockets`] knows better which answers are worth another try.
    pub fn sockets(&self, endpoint: &str) -> aws_sdk_apigatewaymanagement::Client {
        let config = aws_sdk_apigatewaymanagement::config::Builder::from(&self.config)
            .endpoint_url(endpoint)
            .retry_config(RetryConfig::disabled())
            .build();
        aws_sdk_apigatewaymanagement::Client::from_conf(config)
    }
}

/// Whether the general endpoint is an `http://` one, as on a developer's machine. Where it is not,
/// or where somebody has set one for a single service only, TLS will be needed.
fn plain_endpoints_only() -> bool {
    std::env::var("AWS_ENDPOINT_URL").is_ok_and(|url| url.starts_with("http://"))
}
