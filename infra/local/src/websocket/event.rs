//! The events of a WebSocket API.

use super::SocketApi;
use super::connection::Connection;
use crate::clock;
use crate::http_api::{pairs, request_id};
use http::{HeaderMap, Uri};
use serde_json::{Map, Value, json};

/// Who connects, before there is a connection.
pub(super) struct Caller<'a> {
    pub connection_id: &'a str,
    pub connected_at: u64,
    pub source_ip: &'a str,
    pub user_agent: &'a str,
    pub domain: &'a str,
    pub authorizer: Option<&'a Value>,
}

impl<'a> Caller<'a> {
    pub(super) fn of(connection: &'a Connection) -> Self {
        Self {
            connection_id: &connection.id,
            connected_at: connection.connected_at,
            source_ip: &connection.source_ip,
            user_agent: &connection.user_agent,
            domain: &connection.domain,
            authorizer: connection.authorizer.as_ref(),
        }
    }
}

/// `requestContext`.
pub(super) fn context(
    api: &SocketApi,
    caller: &Caller<'_>,
    route: &str,
    kind: &str,
    request_id: &str,
) -> Map<String, Value> {
    let now = clock::epoch_ms();
    let mut map = Map::new();
    let mut put = |name: &str, value: Value| {
        map.insert(name.to_owned(), value);
    };
    put("routeKey", route.into());
    put("eventType", kind.into());
    put("extendedRequestId", request_id.into());
    put("requestTime", clock::common_log(now).into());
    put("messageDirection", "IN".into());
    put("stage", api.stage.as_str().into());
    put("connectedAt", caller.connected_at.into());
    put("requestTimeEpoch", now.into());
    put("identity", json!({"sourceIp": caller.source_ip, "userAgent": caller.user_agent}));
    put("requestId", request_id.into());
    put("domainName", caller.domain.into());
    put("connectionId", caller.connection_id.into());
    put("apiId", api.id.as_str().into());
    if let Some(authorizer) = caller.authorizer {
        put("authorizer", authorizer.clone());
    }
    if kind == "MESSAGE" {
        put("messageId", request_id.into());
    }
    map
}

/// Headers, query and stage variables, as `$connect` and its authorizer get them.
pub(super) fn handshake(api: &SocketApi, headers: &HeaderMap, uri: &Uri) -> Map<String, Value> {
    let mut single = Map::new();
    let mut multi = Map::new();
    for name in headers.keys() {
        let values: Vec<String> = headers
            .get_all(name)
            .iter()
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
            .collect();
        if let Some(last) = values.last() {
            single.insert(name.as_str().to_owned(), last.as_str().into());
        }
        multi.insert(name.as_str().to_owned(), values.into());
    }
    let mut map = Map::new();
    map.insert("headers".into(), single.into());
    map.insert("multiValueHeaders".into(), multi.into());
    let mut query = Map::new();
    let mut queries: Map<String, Value> = Map::new();
    for (name, value) in pairs(uri.query().unwrap_or("")) {
        query.insert(name.clone(), value.as_str().into());
        match queries.get_mut(&name) {
            Some(Value::Array(all)) => all.push(value.into()),
            _ => {
                queries.insert(name, vec![value].into());
            }
        }
    }
    if !query.is_empty() {
        map.insert("queryStringParameters".into(), query.into());
        map.insert("multiValueQueryStringParameters".into(), queries.into());
    }
    if !api.variables.is_empty() {
        map.insert("stageVariables".into(), json!(api.variables));
    }
    map
}

/// A fresh request id.
pub(super) fn fresh_id() -> String {
    request_id()
}
