//! The handshake: authorizer, `$connect`, upgrade.

use super::connection::Connection;
use super::event::{self, Caller};
use super::{SocketApi, session};
use crate::clock;
use crate::http_api::{message, request_id};
use crate::net::Answer;
use crate::runtime::Failure;
use crate::template::model::IdentitySource;
use crate::template::names::{ACCOUNT, REGION};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, StatusCode, header};
use http_body_util::Full;
use hyper::body::Incoming;
use serde_json::{Map, Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

/// Whether a request asks for a WebSocket.
pub(crate) fn is_upgrade(request: &Request<Incoming>) -> bool {
    request
        .headers()
        .get(header::UPGRADE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.eq_ignore_ascii_case("websocket"))
}

impl SocketApi {
    /// Answers a handshake; on success the connection lives on in a task of its own.
    pub async fn connect(
        self: Arc<Self>,
        mut request: Request<Incoming>,
        peer: SocketAddr,
    ) -> Answer {
        let headers = request.headers();
        let text = |name: HeaderName| {
            headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("").to_owned()
        };
        let key = text(header::SEC_WEBSOCKET_KEY);
        if key.is_empty() || text(header::SEC_WEBSOCKET_VERSION) != "13" {
            return message(StatusCode::BAD_REQUEST, "Bad Request");
        }
        let id = request_id();
        let host = match text(header::HOST) {
            host if host.is_empty() => format!("127.0.0.1:{}", self.public_port),
            host => host,
        };
        let (source_ip, user_agent, now) =
            (peer.ip().to_string(), text(header::USER_AGENT), clock::epoch_ms());
        let handshake = event::handshake(&self, headers, request.uri());
        let mut caller = Caller {
            connection_id: &id,
            connected_at: now,
            source_ip: &source_ip,
            user_agent: &user_agent,
            domain: &host,
            authorizer: None,
        };
        let authorizer = match self.authorize(&caller, &handshake).await {
            Ok(context) => context,
            Err(refusal) => return refusal,
        };
        caller.authorizer = authorizer.as_ref();
        let extra = match self.integrate(&caller, handshake).await {
            Ok(headers) => headers,
            Err(refusal) => return refusal,
        };

        let (connection, outbound) =
            Connection::new(source_ip, user_agent, host, id, now, authorizer);
        // Posts count from here on: they wait in line until the upgrade is through.
        self.connections.insert(&connection);
        let upgrade = hyper::upgrade::on(&mut request);
        tokio::spawn(session::run(Arc::clone(&self), connection, outbound, upgrade));

        let mut answer = Answer::new(Full::new(Bytes::new()));
        *answer.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        let headers = answer.headers_mut();
        for (name, value) in extra {
            headers.insert(name, value);
        }
        headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
        headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
        if let Ok(accept) = HeaderValue::from_str(&derive_accept_key(key.as_bytes())) {
            headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
        }
        answer
    }

    /// Asks the authorizer; its `context` goes with every later event.
    async fn authorize(
        &self,
        caller: &Caller<'_>,
        handshake: &Map<String, Value>,
    ) -> Result<Option<Value>, Answer> {
        let Some((function, identity)) = &self.authorizer else { return Ok(None) };
        let given = |source: &IdentitySource| {
            let (part, name) = match source {
                IdentitySource::Header(name) => ("headers", name),
                IdentitySource::Query(name) => ("queryStringParameters", name),
            };
            handshake
                .get(part)
                .and_then(|all| all.get(name))
                .and_then(Value::as_str)
                .is_some_and(|value| !value.is_empty())
        };
        if !identity.iter().all(given) {
            return Err(message(StatusCode::UNAUTHORIZED, "Unauthorized"));
        }
        let mut event = handshake.clone();
        event.insert("type".into(), "REQUEST".into());
        let method =
            format!("arn:aws:execute-api:{REGION}:{ACCOUNT}:{}/{}/$connect", self.id, self.stage);
        event.insert("methodArn".into(), method.into());
        let id = event::fresh_id();
        event.insert(
            "requestContext".into(),
            event::context(self, caller, "$connect", "CONNECT", &id).into(),
        );
        let payload = Value::Object(event).to_string();
        let policy = match function.invoke(payload.into()).await {
            Ok(policy) => serde_json::from_slice::<Value>(&policy).unwrap_or(Value::Null),
            Err(Failure::Function(error)) => {
                let error: Value = serde_json::from_slice(&error).unwrap_or(Value::Null);
                return Err(
                    if error.get("errorMessage").and_then(Value::as_str) == Some("Unauthorized") {
                        message(StatusCode::UNAUTHORIZED, "Unauthorized")
                    } else {
                        message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
                    },
                );
            }
            Err(_) => {
                return Err(message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"));
            }
        };
        let statements = policy.pointer("/policyDocument/Statement");
        let statements: Vec<&Value> = match statements {
            Some(Value::Array(all)) => all.iter().collect(),
            Some(one) => vec![one],
            None => {
                return Err(message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"));
            }
        };
        let effect = |name: &str| {
            statements.iter().any(|one| {
                one.get("Effect").and_then(Value::as_str).is_some_and(|effect| effect == name)
            })
        };
        if !effect("Allow") || effect("Deny") {
            return Err(message(
                StatusCode::FORBIDDEN,
                "User is not authorized to access this resource",
            ));
        }
        let mut context = Map::new();
        for (name, value) in policy.get("context").and_then(Value::as_object).into_iter().flatten()
        {
            // API Gateway hands every value on as text and refuses structures.
            let value = match value {
                Value::String(text) => text.clone(),
                Value::Object(_) | Value::Array(_) => {
                    return Err(message(
                        StatusCode::INTERNAL_SERVER_ERROR,
                        "Internal Server Error",
                    ));
                }
                other => other.to_string(),
            };
            context.insert(name.clone(), value.into());
        }
        context.insert(
            "principalId".into(),
            policy.get("principalId").cloned().unwrap_or(Value::Null),
        );
        Ok(Some(Value::Object(context)))
    }

    /// Runs `$connect`; its headers go into the answer.
    async fn integrate(
        &self,
        caller: &Caller<'_>,
        mut event: Map<String, Value>,
    ) -> Result<Vec<(HeaderName, HeaderValue)>, Answer> {
        let Some(route) = self.routes.get("$connect") else { return Ok(Vec::new()) };
        let id = event::fresh_id();
        event.insert(
            "requestContext".into(),
            event::context(self, caller, "$connect", "CONNECT", &id).into(),
        );
        event.insert("isBase64Encoded".into(), false.into());
        let payload = Value::Object(event).to_string();
        let failed = || {
            let body = json!({"message": "Internal server error", "connectionId": caller.connection_id, "requestId": id});
            crate::net::json(StatusCode::BAD_GATEWAY, &body)
        };
        let result = match tokio::time::timeout(
            route.timeout,
            route.function.invoke(payload.into()),
        )
        .await
        {
            Ok(Ok(result)) => serde_json::from_slice::<Value>(&result).map_err(|_| failed())?,
            _ => return Err(failed()),
        };
        let status = result
            .get("statusCode")
            .and_then(Value::as_u64)
            .and_then(|code| u16::try_from(code).ok())
            .unwrap_or(200);
        if !(200..300).contains(&status) {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let body = result.get("body").and_then(Value::as_str).unwrap_or_default().to_owned();
            return Err(crate::net::answer(status, "application/json", body));
        }
        let headers = result.get("headers").and_then(Value::as_object);
        Ok(headers
            .into_iter()
            .flatten()
            .filter_map(|(name, value)| Some((name.parse().ok()?, value.as_str()?.parse().ok()?)))
            .filter(|(name, _)| {
                *name != header::CONTENT_LENGTH && *name != header::TRANSFER_ENCODING
            })
            .collect())
    }
}
