//! The two front ports: the public one (HTTP API and WebSocket APIs) and the AWS one (SQS, Secrets
//! Manager, OpenSearch, `@connections`, Lambda's own invoke call, and the diagnostics under `/_local`).

use crate::http_api::{self, HttpApi};
use crate::metrics::{self, Metrics};
use crate::net::{self, Answer};
use crate::opensearch::Domains;
use crate::rights::{self, Rights, Want};
use crate::runtime::{Failure, Host};
use crate::secrets::Secrets;
use crate::site::Site;
use crate::sqs::{self, Sqs};
use crate::websocket::{self, SocketApi};
use http::{HeaderValue, Method, Request, StatusCode};
use hyper::body::Incoming;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;

/// Largest request at the AWS port, in bytes: a batch of queue messages.
const BODY_BYTES_MAX: usize = 8 * 1024 * 1024;

/// What answers at the public port.
pub struct Public {
    /// The HTTP APIs. A path belongs to the first that has a route for it, else to the last: that of
    /// the root stack, with its catch-all.
    pub http: Vec<HttpApi>,
    /// The WebSocket APIs.
    pub sockets: Vec<Arc<SocketApi>>,
    /// The web app, if it is to be served.
    pub site: Option<Site>,
}

impl Public {
    /// Answers one request.
    pub async fn handle(&self, request: Request<Incoming>, peer: SocketAddr) -> Answer {
        let path = request.uri().path().trim_matches('/');
        if websocket::is_upgrade(&request)
            && let Some(api) = self.sockets.iter().find(|api| api.path == path)
        {
            return Arc::clone(api).connect(request, peer).await;
        }
        if let Some(site) = &self.site
            && let Some(answer) =
                site.answer(request.method(), request.uri().path(), request.headers()).await
        {
            return answer;
        }
        let covering = self.http.iter().find(|api| api.covers(request.uri().path()));
        match covering.or(self.http.last()) {
            Some(api) => api.handle(request, peer).await,
            None => http_api::message(StatusCode::NOT_FOUND, "Not Found"),
        }
    }
}

/// What answers at the AWS port.
pub struct Aws {
    /// The functions.
    pub host: Arc<Host>,
    /// The queues.
    pub sqs: Arc<Sqs>,
    /// The secrets.
    pub secrets: Secrets,
    /// The WebSocket APIs.
    pub sockets: Vec<Arc<SocketApi>>,
    /// The counters.
    pub metrics: Arc<Metrics>,
    /// Who may call what.
    pub rights: Arc<Rights>,
    /// The search domains.
    pub search: Domains,
}

/// A call that no statement of the function allows.
fn denied(status: StatusCode, message: &str) -> Answer {
    let kind = "AccessDeniedException";
    let mut answer = net::json(status, &json!({"__type": kind, "message": message}));
    answer.headers_mut().insert("x-amzn-errortype", HeaderValue::from_static(kind));
    answer
}

impl Aws {
    /// Answers one request.
    pub async fn handle(&self, request: Request<Incoming>) -> Answer {
        let authorization = request
            .headers()
            .get("authorization")
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned);
        let path = request.uri().path();
        if websocket::is_management(path) {
            let wants = rights::connections(request.method().as_str(), path);
            if let Err(message) = self.may(authorization.as_deref(), &wants) {
                return denied(StatusCode::FORBIDDEN, &message);
            }
            let (answer, operation, length) = websocket::manage(&self.sockets, request).await;
            self.metrics.called(authorization.as_deref(), operation, length);
            return answer;
        }
        match path {
            "/_local/processes" => return net::json(StatusCode::OK, &self.host.processes()),
            "/_local/metrics" => return net::json(StatusCode::OK, &self.metrics.report()),
            _ => {}
        }
        if let Some(name) = path
            .strip_prefix("/2015-03-31/functions/")
            .and_then(|rest| rest.strip_suffix("/invocations"))
        {
            let name = name.to_owned();
            return self.invoke(&name, request).await;
        }
        if Domains::is_theirs(path) {
            let (parts, body) = request.into_parts();
            let query = parts.uri.query().unwrap_or_default();
            let Ok(body) = net::read(body, BODY_BYTES_MAX).await else {
                return net::json(
                    StatusCode::PAYLOAD_TOO_LARGE,
                    &json!({"Message": "Request Entity Too Large"}),
                );
            };
            let caller = authorization.as_deref();
            return self.search.handle(caller, &parts.method, parts.uri.path(), query, body).await;
        }
        let target = request
            .headers()
            .get("x-amz-target")
            .and_then(|value| value.to_str().ok())
            .unwrap_or("")
            .to_owned();
        let Ok(body) = net::read(request.into_body(), BODY_BYTES_MAX).await else {
            return net::json(
                StatusCode::PAYLOAD_TOO_LARGE,
                &json!({"message": "Request Entity Too Large"}),
            );
        };
        if let Some((service, operation)) = target.split_once('.') {
            let wants = rights::json_call(service, operation, &body);
            if let Err(message) = self.may(authorization.as_deref(), &wants) {
                return denied(StatusCode::BAD_REQUEST, &message);
            }
        }
        match target.split_once('.') {
            Some(("AmazonSQS", operation)) => {
                self.metrics.called(
                    authorization.as_deref(),
                    &format!("sqs.{operation}"),
                    body.len(),
                );
                sqs::handle(&self.sqs, operation, &body).await
            }
            Some(("secretsmanager", operation)) => {
                self.metrics.called(
                    authorization.as_deref(),
                    &format!("secretsmanager.{operation}"),
                    body.len(),
                );
                self.secrets.handle(operation, &body)
            }
            _ => {
                let what = if target.is_empty() { "this call".to_owned() } else { target };
                let message = format!("the local stack does not do {what} at its AWS port");
                net::json(
                    StatusCode::NOT_IMPLEMENTED,
                    &json!({"__type": "UnknownOperationException", "message": message}),
                )
            }
        }
    }

    fn may(&self, authorization: Option<&str>, wants: &[Want]) -> Result<(), String> {
        self.rights.check(authorization.and_then(metrics::caller), wants)
    }

    /// Lambda's `Invoke`, by logical id.
    async fn invoke(&self, name: &str, request: Request<Incoming>) -> Answer {
        let Some(function) = self.host.get(name) else {
            return net::json(
                StatusCode::NOT_FOUND,
                &json!({"Type": "User", "Message": format!("Function not found: {name}")}),
            );
        };
        if request.method() != Method::POST {
            return net::json(StatusCode::METHOD_NOT_ALLOWED, &json!({"Message": "POST"}));
        }
        let event =
            request.headers().get("x-amz-invocation-type").is_some_and(|kind| kind == "Event");
        let Ok(body) = net::read(request.into_body(), BODY_BYTES_MAX).await else {
            return net::json(
                StatusCode::PAYLOAD_TOO_LARGE,
                &json!({"Message": "Request Entity Too Large"}),
            );
        };
        if event {
            function.invoke_async(body);
            return net::json(StatusCode::ACCEPTED, &Value::Null);
        }
        let failed = |body: bytes::Bytes| {
            let mut answer = net::answer(StatusCode::OK, "application/json", body);
            answer
                .headers_mut()
                .insert("x-amz-function-error", HeaderValue::from_static("Unhandled"));
            answer
        };
        match function.invoke(body).await {
            Ok(result) => net::answer(StatusCode::OK, "application/json", result),
            Err(Failure::Function(error)) => failed(error),
            Err(Failure::Throttled) => {
                net::json(StatusCode::TOO_MANY_REQUESTS, &json!({"Message": "Rate Exceeded."}))
            }
            Err(Failure::TooLarge) => net::json(
                StatusCode::PAYLOAD_TOO_LARGE,
                &json!({"Message": "Request Entity Too Large"}),
            ),
            Err(failure) => failed(
                json!({"errorMessage": format!("{failure:?}"), "errorType": "Runtime.ExitError"})
                    .to_string()
                    .into(),
            ),
        }
    }
}
