//! HTTP, without knowing who asks.

use crate::DEADLINE;
use crate::answer::Answer;
use crate::contract;
use reqwest::Method;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What a request carries.
pub enum Payload {
    /// No body.
    None,
    /// A JSON document, with its content type.
    Json(Value),
    /// Any bytes with any content type.
    Raw(&'static str, Vec<u8>),
}

impl From<Value> for Payload {
    fn from(value: Value) -> Self {
        Self::Json(value)
    }
}

/// A client of one deployment. Each test makes its own: a connection pool must not outlive the runtime it
/// was made on, and every test has a runtime of its own.
#[derive(Clone)]
pub struct Api {
    http: reqwest::Client,
    /// `http://127.0.0.1:PORT`
    pub base: String,
}

impl Api {
    /// A client with a connection pool of its own.
    pub fn new(base: impl Into<String>) -> Self {
        let http = reqwest::Client::builder()
            .no_proxy()
            .timeout(DEADLINE)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("an HTTP client");
        Self { http, base: base.into() }
    }

    /// One request. `path` begins with `/`; a token is sent as `Authorization: Bearer`.
    ///
    /// # Errors
    /// If no answer came: refused, cut, or past the deadline.
    pub async fn try_call(
        &self,
        method: &str,
        path: &str,
        token: Option<&str>,
        headers: &[(&str, &str)],
        payload: Payload,
    ) -> Result<Answer, reqwest::Error> {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let mut request = self.http.request(method.clone(), format!("{}{path}", self.base));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request = match &payload {
            Payload::None => request,
            Payload::Json(value) => request.json(value),
            Payload::Raw("", bytes) => request.body(bytes.clone()),
            Payload::Raw(content_type, bytes) => {
                request.header("content-type", *content_type).body(bytes.clone())
            }
        };
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.bytes().await?.to_vec();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let json = serde_json::from_str(&text).unwrap_or(Value::Null);
        let answer =
            Answer { what: format!("{method} {path}"), status, headers, bytes, text, json };
        if let Err(breach) = contract::answer(method.as_str(), path, &payload, &answer) {
            panic!("{breach}");
        }
        Ok(answer)
    }

    /// Like [`Api::try_call`], where an answer must come.
    pub async fn call(
        &self,
        method: &str,
        path: &str,
        token: Option<&str>,
        payload: impl Into<Payload>,
    ) -> Answer {
        match self.try_call(method, path, token, &[], payload.into()).await {
            Ok(answer) => answer,
            Err(error) => panic!("{method} {path}: no answer: {error:?}"),
        }
    }

    /// A request whose path goes onto the wire as it is: URL libraries would tidy `..` and `%2e` away.
    pub async fn raw(&self, method: &str, path: &str, token: &str, body: &str) -> Answer {
        let host = self.base.trim_start_matches("http://");
        let mut stream = TcpStream::connect(host).await.expect("a connection");
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).await.expect("a request that is taken");
        let mut bytes = vec![];
        let read = tokio::time::timeout(DEADLINE, stream.read_to_end(&mut bytes)).await;
        let what = format!("{method} {path} (as is)");
        assert!(read.is_ok(), "{what}: no end of the answer");
        let answer = parse_raw(what, &bytes);
        let sent = Payload::Raw("application/json", body.as_bytes().to_vec());
        if let Err(breach) = contract::answer(method, path, &sent, &answer) {
            panic!("{breach}");
        }
        answer
    }
}

fn parse_raw(what: String, bytes: &[u8]) -> Answer {
    let whole = String::from_utf8_lossy(bytes).into_owned();
    let (head, body) = whole.split_once("\r\n\r\n").unwrap_or((&whole, ""));
    let mut lines = head.lines();
    let status =
        lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|code| code.parse().ok());
    let Some(status) = status else { panic!("{what}: not an HTTP answer: {whole:?}") };
    let mut headers = reqwest::header::HeaderMap::new();
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        if let (Ok(name), Ok(value)) =
            (reqwest::header::HeaderName::try_from(name.trim()), value.trim().parse())
        {
            headers.append(name, value);
        }
    }
    let chunked = headers.get("transfer-encoding").is_some_and(|value| value == "chunked");
    let text = if chunked { unchunk(body) } else { body.to_owned() };
    let json = serde_json::from_str(&text).unwrap_or(Value::Null);
    Answer { what, status, headers, bytes: text.clone().into_bytes(), text, json }
}

fn unchunk(body: &str) -> String {
    let mut text = String::new();
    let mut rest = body;
    while let Some((size, tail)) = rest.split_once("\r\n") {
        let size = usize::from_str_radix(size.trim(), 16).unwrap_or(0);
        if size == 0 || tail.len() < size {
            break;
        }
        text.push_str(&tail[..size]);
        rest = tail[size..].trim_start_matches("\r\n");
    }
    text
}
