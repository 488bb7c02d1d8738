//! The one HTTP client behind all services: HTTP/1.1, connections kept open between invocations.
//!
//! Reading a system's root certificates is half of a function's start (about 4 ms of 9), so the part
//! that speaks TLS is built when the first `https://` request comes, or ahead of it on request. A
//! stack whose endpoints are all `http://` never does.

use aws_smithy_http_client::{Connector, tls};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// How long a connection may take to open.
pub(crate) const CONNECT_MAX: Duration = Duration::from_secs(1);
/// How long an answer may take to begin.
pub(crate) const READ_MAX: Duration = Duration::from_secs(3);
/// How long an idle connection is kept. DynamoDB closes them after about a minute, and a frozen
/// function does not see it: what it finds older than this it opens anew.
const IDLE_MAX: Duration = Duration::from_secs(20);

/// One pool for plain and one for TLS connections, shared by every clone.
#[derive(Clone, Debug)]
pub(crate) struct OneClient(Arc<Pools>);

#[derive(Debug)]
struct Pools {
    plain: Connector,
    tls: OnceLock<Connector>,
}

fn settings() -> HttpConnectorSettings {
    HttpConnectorSettings::builder().connect_timeout(CONNECT_MAX).read_timeout(READ_MAX).build()
}

impl Pools {
    fn tls(&self) -> &Connector {
        self.tls.get_or_init(|| {
            Connector::builder()
                .connector_settings(settings())
                .pool_idle_timeout(IDLE_MAX)
                .enable_tcp_nodelay(true)
                .tls_provider(tls::Provider::rustls(tls::rustls_provider::CryptoMode::AwsLc))
                .build()
        })
    }
}

impl OneClient {
    pub(crate) fn new() -> Self {
        let plain = Connector::builder()
            .connector_settings(settings())
            .pool_idle_timeout(IDLE_MAX)
            .enable_tcp_nodelay(true)
            .build_http();
        Self(Arc::new(Pools { plain, tls: OnceLock::new() }))
    }

    /// Reads the root certificates now rather than with the first request.
    pub(crate) fn prepare_tls(&self) {
        self.0.tls();
    }

    #[cfg(test)]
    pub(crate) fn has_tls(&self) -> bool {
        self.0.tls.get().is_some()
    }
}

impl HttpConnector for OneClient {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        if request.uri().starts_with("http://") {
            self.0.plain.call(request)
        } else {
            self.0.tls().call(request)
        }
    }
}

impl HttpClient for OneClient {
    /// The settings are not looked at: all clients are configured with the same, in one place.
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn plain_requests_need_no_certificates() {
        let client = OneClient::new();
        let request = |uri: &str| {
            let mut request = HttpRequest::empty();
            request.set_uri(uri.to_owned()).unwrap();
            request
        };
        // Port 9 is refused at once; what counts is which pool was asked.
        assert!(client.call(request("http://127.0.0.1:9/")).await.is_err());
        assert!(!client.has_tls());
        assert!(client.call(request("https://127.0.0.1:9/")).await.is_err());
        assert!(client.has_tls());
    }
}
