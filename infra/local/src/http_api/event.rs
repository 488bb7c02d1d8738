//! The event of payload format 2.0.

use crate::clock;
use crate::template::names::ACCOUNT;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, header, request};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};
use std::net::SocketAddr;

/// What an event is made of.
pub(super) struct Inbound<'a> {
    pub parts: &'a request::Parts,
    pub body: &'a [u8],
    pub peer: SocketAddr,
    pub api: &'a str,
    pub route: &'a str,
    pub path_parameters: Vec<(&'a str, String)>,
    pub request_id: &'a str,
}

/// The event as JSON.
pub(super) fn build(inbound: &Inbound<'_>) -> String {
    let parts = inbound.parts;
    let now = clock::epoch_ms();
    let path = percent_decode_str(parts.uri.path()).decode_utf8_lossy();
    let query = parts.uri.query().unwrap_or("");
    let header = |name: header::HeaderName| {
        parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("")
    };
    let host = match header(header::HOST) {
        "" => "localhost",
        host => host,
    };
    let mut headers = joined(&parts.headers);
    headers.insert("x-forwarded-for".into(), inbound.peer.ip().to_string().into());
    headers.insert("x-forwarded-proto".into(), "http".into());
    headers.insert("x-forwarded-port".into(), host.rsplit(':').next().unwrap_or("80").into());

    let mut event = json!({
        "version": "2.0",
        "routeKey": inbound.route,
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers,
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": inbound.api,
            "domainName": host,
            "domainPrefix": host.split(['.', ':']).next().unwrap_or(host),
            "http": {
                "method": parts.method.as_str(),
                "path": path,
                "protocol": format!("{:?}", parts.version),
                "sourceIp": inbound.peer.ip().to_string(),
                "userAgent": header(header::USER_AGENT),
            },
            "requestId": inbound.request_id,
            "routeKey": inbound.route,
            "stage": "$default",
            "time": clock::common_log(now),
            "timeEpoch": now,
        },
        "isBase64Encoded": false,
    });
    let Some(map) = event.as_object_mut() else { return String::new() };
    let cookies: Vec<Value> = parts
        .headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split("; "))
        .map(Value::from)
        .collect();
    if !cookies.is_empty() {
        map.insert("cookies".into(), cookies.into());
    }
    if !query.is_empty() {
        map.insert("queryStringParameters".into(), query_parameters(query).into());
    }
    if !inbound.path_parameters.is_empty() {
        let parameters: Map<String, Value> = inbound
            .path_parameters
            .iter()
            .map(|(name, value)| ((*name).to_owned(), Value::from(value.as_str())))
            .collect();
        map.insert("pathParameters".into(), parameters.into());
    }
    if !inbound.body.is_empty() {
        match std::str::from_utf8(inbound.body) {
            Ok(text) if is_text(&parts.headers) => {
                map.insert("body".into(), text.into());
            }
            _ => {
                map.insert("body".into(), STANDARD.encode(inbound.body).into());
                map.insert("isBase64Encoded".into(), true.into());
            }
        }
    }
    event.to_string()
}

/// Header names in lower case, values of one name joined by commas, cookies aside.
fn joined(headers: &HeaderMap) -> Map<String, Value> {
    let mut out = Map::new();
    for name in headers.keys() {
        if name == header::COOKIE {
            continue;
        }
        let values: Vec<_> = headers
            .get_all(name)
            .iter()
            .map(|value| String::from_utf8_lossy(value.as_bytes()))
            .collect();
        out.insert(name.as_str().to_owned(), values.join(",").into());
    }
    out
}

/// Decoded; values of one name joined by commas.
fn query_parameters(query: &str) -> Map<String, Value> {
    let mut out: Map<String, Value> = Map::new();
    for (name, value) in pairs(query) {
        match out.get_mut(&name) {
            Some(Value::String(all)) => {
                all.push(',');
                all.push_str(&value);
            }
            _ => {
                out.insert(name, value.into());
            }
        }
    }
    out
}

/// The decoded pairs of a query string in their order.
pub(crate) fn pairs(query: &str) -> impl Iterator<Item = (String, String)> + '_ {
    query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(name), decode(value))
    })
}

fn decode(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

/// Whether API Gateway hands the body on as text. Everything else arrives in base64.
fn is_text(headers: &HeaderMap) -> bool {
    if headers.contains_key(header::CONTENT_ENCODING) {
        return false;
    }
    let Some(kind) = headers.get(header::CONTENT_TYPE) else { return true };
    let kind =
        kind.to_str().unwrap_or("").split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    kind.starts_with("text/")
        || matches!(
            kind.as_str(),
            "application/json" | "application/javascript" | "application/xml"
        )
        || kind.ends_with("+json")
        || kind.ends_with("+xml")
}
