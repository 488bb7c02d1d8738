//! Requests to addresses that users have named. Whoever can make a server ask anywhere can make it ask
//! what only it can reach: so nothing goes out but `https:`, to addresses of the open internet, no
//! redirect is followed and no cookie kept, and little is read of what comes back.
//!
//! The name is resolved here, and the connection goes to an address that was looked at: there is no
//! second look-up between the check and the connection for somebody to answer differently.

mod address;

pub use address::is_public;

use aws_smithy_http_client::{Connector, tls};
use aws_smithy_runtime_api::client::dns::{DnsFuture, ResolveDns, ResolveDnsError};
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorSettings};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::byte_stream::ByteStream;
use bytes::Bytes;
use http::Uri;
use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// How long a connection may take to open.
const CONNECT_MAX: Duration = Duration::from_secs(3);
/// How long a request may take in all, looking up the name included.
const TOTAL_MAX: Duration = Duration::from_secs(10);
/// How long an idle connection is kept.
const IDLE_MAX: Duration = Duration::from_secs(20);

/// A request to somewhere else.
#[derive(Clone, Debug, Default)]
pub struct OutboundRequest {
    /// GET, POST …
    pub method: &'static str,
    /// The whole address.
    pub uri: String,
    /// Headers besides `host` and `content-length`.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// How much of the answer is read, in bytes; the rest is left.
    pub answer_bytes_max: usize,
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboundAnswer {
    /// The status; a redirect too is only an answer.
    pub status: u16,
    /// As much of the body as was wanted.
    pub body: Bytes,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutboundError {
    /// Nothing may be sent there: the address is no `https:` one, or leads to where only the
    /// deployment itself should reach. Nothing was sent.
    Forbidden(&'static str),
    /// It could not be reached, or did not answer in time.
    Unreachable(&'static str),
}

impl fmt::Display for OutboundError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Forbidden(why) => write!(f, "forbidden: {why}"),
            Self::Unreachable(why) => write!(f, "unreachable: {why}"),
        }
    }
}

/// Sends requests to addresses that users have named. One pool of connections for all clones.
#[derive(Clone, Debug)]
pub struct Outbound {
    guard: Guard,
    client: Arc<OnceLock<Connector>>,
}

impl Outbound {
    /// To the open internet only; with `local`, on a developer's machine, also to that machine itself,
    /// and without TLS.
    pub fn new(local: bool) -> Self {
        Self { guard: Guard { local }, client: Arc::default() }
    }

    /// What can be said of an address before its name is looked up.
    pub fn check(&self, uri: &str) -> Result<(), OutboundError> {
        self.guard.check(uri)
    }

    /// Sends a request.
    pub async fn send(&self, request: OutboundRequest) -> Result<OutboundAnswer, OutboundError> {
        self.guard.check(&request.uri)?;
        let answer = tokio::time::timeout(TOTAL_MAX, self.attempt(request));
        answer.await.unwrap_or(Err(OutboundError::Unreachable("timeout")))
    }

    async fn attempt(&self, wanted: OutboundRequest) -> Result<OutboundAnswer, OutboundError> {
        let unsent = |_| OutboundError::Forbidden("not a request");
        let length = wanted.body.len();
        let mut request = HttpRequest::new(wanted.body.into());
        request.set_method(wanted.method).map_err(unsent)?;
        request.set_uri(wanted.uri).map_err(unsent)?;
        for (name, value) in wanted.headers {
            request.headers_mut().try_insert(name, value).map_err(unsent)?;
        }
        request.headers_mut().insert("content-length", length.to_string());
        let answer = self.client().call(request).await;
        let answer: HttpResponse = answer.map_err(|error| {
            let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
            while let Some(one) = cause {
                if one.is::<NotPublic>() {
                    return OutboundError::Forbidden(NOT_PUBLIC);
                }
                cause = one.source();
            }
            OutboundError::Unreachable("no answer")
        })?;
        let status = answer.status().as_u16();
        let mut stream = ByteStream::new(answer.into_body());
        let mut body = Vec::new();
        while body.len() < wanted.answer_bytes_max {
            match stream.next().await {
                Some(Ok(part)) => body.extend_from_slice(&part),
                // What was to be said with the status has been said.
                Some(Err(_)) | None => break,
            }
        }
        body.truncate(wanted.answer_bytes_max);
        Ok(OutboundAnswer { status, body: body.into() })
    }

    fn client(&self) -> &Connector {
        self.client.get_or_init(|| {
            let settings = HttpConnectorSettings::builder()
                .connect_timeout(CONNECT_MAX)
                .read_timeout(TOTAL_MAX)
                .build();
            Connector::builder()
                .connector_settings(settings)
                .pool_idle_timeout(IDLE_MAX)
                .tls_provider(tls::Provider::rustls(tls::rustls_provider::CryptoMode::AwsLc))
                .build_with_resolver(self.guard)
        })
    }
}

const NOT_PUBLIC: &str = "not an address of the open internet";

/// The name leads to no address that may be asked.
#[derive(Debug)]
struct NotPublic;

impl fmt::Display for NotPublic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(NOT_PUBLIC)
    }
}

impl std::error::Error for NotPublic {}

/// Decides where requests may go.
#[derive(Clone, Copy, Debug)]
struct Guard {
    local: bool,
}

impl Guard {
    fn allows(self, address: IpAddr) -> bool {
        is_public(address) || (self.local && address.to_canonical().is_loopback())
    }

    /// What can be said before the name is looked up.
    fn check(self, uri: &str) -> Result<(), OutboundError> {
        let uri: Uri = uri.parse().map_err(|_| OutboundError::Forbidden("not an address"))?;
        let plain = uri.scheme_str() == Some("http") && self.local;
        if uri.scheme_str() != Some("https") && !plain {
            return Err(OutboundError::Forbidden("not https"));
        }
        let authority = uri.authority().ok_or(OutboundError::Forbidden("no host"))?;
        if authority.as_str().contains('@') {
            return Err(OutboundError::Forbidden("credentials in the address"));
        }
        // The connector does not look up what is an address already.
        let host = authority.host().trim_start_matches('[').trim_end_matches(']');
        match host.parse::<IpAddr>() {
            Ok(address) if !self.allows(address) => Err(OutboundError::Forbidden(NOT_PUBLIC)),
            _ => Ok(()),
        }
    }
}

impl ResolveDns for Guard {
    fn resolve_dns<'a>(&'a self, name: &'a str) -> DnsFuture<'a> {
        DnsFuture::new(async move {
            // The port does not matter here; the connector puts its own.
            let found = tokio::net::lookup_host((name, 0)).await.map_err(ResolveDnsError::new)?;
            let found: Vec<IpAddr> = found.map(|at| at.ip()).collect();
            let allowed: Vec<IpAddr> = found.into_iter().filter(|at| self.allows(*at)).collect();
            if allowed.is_empty() {
                return Err(ResolveDnsError::new(NotPublic));
            }
            Ok(allowed)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    fn to(uri: impl Into<String>) -> OutboundRequest {
        let headers = vec![("x-test", "1".to_owned())];
        let body = b"hello".to_vec();
        OutboundRequest { method: "POST", uri: uri.into(), headers, body, answer_bytes_max: 4_096 }
    }

    #[tokio::test]
    async fn nothing_is_sent_to_oneself_or_in_the_clear() {
        let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = server.local_addr().unwrap().port();
        let outbound = Outbound::new(false);
        for uri in [
            format!("http://127.0.0.1:{port}/"),
            format!("https://127.0.0.1:{port}/"),
            format!("https://localhost:{port}/"),
            // What inet_aton takes for an address.
            format!("https://127.1:{port}/"),
            format!("https://2130706433:{port}/"),
            format!("https://0x7f000001:{port}/"),
            format!("https://[::1]:{port}/"),
            format!("https://[::ffff:127.0.0.1]:{port}/"),
            format!("https://user@127.0.0.1:{port}/"),
            "http://example.org/".to_owned(),
            "ftp://example.org/".to_owned(),
            "file:///etc/passwd".to_owned(),
            "/etc/passwd".to_owned(),
            String::new(),
        ] {
            let answer = outbound.send(to(uri.as_str())).await;
            // A resolver may not know some spellings at all; that is as good.
            let harmless = matches!(
                answer,
                Err(OutboundError::Forbidden(_) | OutboundError::Unreachable("no answer"))
            );
            assert!(harmless, "{uri}: {answer:?}");
        }
        let localhost = outbound.send(to(format!("https://localhost:{port}/"))).await;
        assert_eq!(localhost, Err(OutboundError::Forbidden(NOT_PUBLIC)), "by its name");
        let nobody = tokio::time::timeout(Duration::from_millis(20), server.accept()).await;
        assert!(nobody.is_err(), "somebody has connected");
    }

    /// Answers one request with `answer` and returns what it was.
    async fn once(server: &TcpListener, answer: &[u8]) -> String {
        let (mut socket, _) = server.accept().await.unwrap();
        let mut heard = Vec::new();
        while !heard.ends_with(b"hello") {
            let mut part = [0; 1_024];
            let count = socket.read(&mut part).await.unwrap();
            assert!(count > 0, "{}", String::from_utf8_lossy(&heard));
            heard.extend_from_slice(&part[..count]);
        }
        // The other side may hang up before it has heard all.
        let _ = socket.write_all(answer).await;
        String::from_utf8(heard).unwrap()
    }

    #[tokio::test]
    async fn a_developers_machine_may_ask_itself() {
        let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = server.local_addr().unwrap().port();
        let outbound = Outbound::new(true);
        for host in ["127.0.0.1", "localhost"] {
            let answer = b"HTTP/1.1 201 Created\r\nset-cookie: a=b\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok";
            let request = to(format!("http://{host}:{port}/path?query"));
            let (heard, answer) = tokio::join!(once(&server, answer), outbound.send(request));
            assert!(heard.starts_with("POST /path?query HTTP/1.1\r\n"), "{heard}");
            assert!(heard.contains("x-test: 1\r\n") && heard.contains("content-length: 5\r\n"));
            assert!(!heard.contains("cookie"), "{heard}");
            assert_eq!(answer.unwrap(), OutboundAnswer { status: 201, body: "ok".into() });
        }
        let elsewhere = outbound.send(to("http://10.0.0.1/")).await;
        assert_eq!(elsewhere, Err(OutboundError::Forbidden(NOT_PUBLIC)), "but nobody else inside");
    }

    #[tokio::test]
    async fn redirects_are_answers_and_long_ones_are_cut() {
        let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let uri = format!("http://127.0.0.1:{}/", server.local_addr().unwrap().port());
        let outbound = Outbound::new(true);
        let redirect = format!(
            "HTTP/1.1 307 Go\r\nlocation: {uri}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        );
        let (_, answer) =
            tokio::join!(once(&server, redirect.as_bytes()), outbound.send(to(uri.as_str())));
        assert_eq!(answer.unwrap().status, 307);
        let mut long = b"HTTP/1.1 200 OK\r\ncontent-length: 9999999\r\n\r\n".to_vec();
        long.extend([b'x'; 100_000]);
        let (_, answer) = tokio::join!(once(&server, &long), outbound.send(to(uri.as_str())));
        assert_eq!(answer.unwrap().body.len(), 4_096, "and the rest is not waited for");
        drop(server);
        let gone = outbound.send(to(uri)).await;
        assert_eq!(gone, Err(OutboundError::Unreachable("no answer")));
    }
}
