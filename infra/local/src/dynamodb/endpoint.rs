//! DynamoDB's endpoint. The operations of the hot path go straight to the engine: one parse instead
//! of the three that the engine's own server makes, and a place to count. Everything else, and every
//! request the engine refuses for its form, goes on to the engine's own server, whose wording of
//! errors is the one that was compared with AWS. A refused request has changed nothing, so asking
//! twice is safe.

use super::tokens::{Once, Tokens};
use super::units::{Asks, Costs};
use crate::metrics::{self, Metrics};
use crate::net::{self, Answer};
use crate::rights::{self, Rights};
use bytes::Bytes;
use dynoxide::actions::transact_write_items::TransactWriteItemsRequest;
use dynoxide::{Database, DynoxideError};
use http::{HeaderValue, Method, Request, StatusCode, header, request::Parts};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::{Serialize, de::DeserializeOwned};
use std::sync::Arc;
use tokio::sync::Notify;

/// DynamoDB's limit on a request, in bytes.
const BODY_BYTES_MAX: usize = 16 * 1024 * 1024;
const CONTENT_TYPE: &str = "application/x-amz-json-1.0";

struct Endpoint {
    database: Database,
    metrics: Arc<Metrics>,
    rights: Arc<Rights>,
    written: Arc<Notify>,
    engine_port: u16,
    client: Client<HttpConnector, Full<Bytes>>,
    tokens: Tokens,
}

/// Starts the endpoint and the engine's own server behind it. The endpoint's port.
pub(super) fn start(
    runtime: &tokio::runtime::Runtime,
    database: &Database,
    metrics: &Arc<Metrics>,
    rights: &Arc<Rights>,
    written: &Arc<Notify>,
) -> std::io::Result<u16> {
    let (engine, engine_port) = runtime.block_on(net::bind(0))?;
    let (listener, port) = runtime.block_on(net::bind(0))?;
    runtime.spawn(dynoxide::server::serve_on(engine, database.clone()));
    let endpoint = Arc::new(Endpoint {
        database: database.clone(),
        metrics: Arc::clone(metrics),
        rights: Arc::clone(rights),
        written: Arc::clone(written),
        engine_port,
        client: Client::builder(TokioExecutor::new()).build_http(),
        tokens: Tokens::default(),
    });
    runtime.spawn(net::serve(listener, move |request, _| {
        let endpoint = Arc::clone(&endpoint);
        async move { endpoint.handle(request).await }
    }));
    Ok(port)
}

impl Endpoint {
    async fn handle(&self, request: Request<Incoming>) -> Answer {
        let (parts, body) = request.into_parts();
        let Ok(body) = net::read(body, BODY_BYTES_MAX).await else {
            return net::answer(StatusCode::PAYLOAD_TOO_LARGE, CONTENT_TYPE, "");
        };
        let text = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let target = text("x-amz-target").unwrap_or_default();
        let authorization = text("authorization");
        let (service, operation) = target.split_once('.').unwrap_or(("", target));
        if service.starts_with("DynamoDBStreams") {
            self.metrics.called(authorization, &format!("streams.{operation}"), body.len());
        } else {
            self.metrics.called(authorization, &format!("dynamodb.{operation}"), body.len());
        }
        let refused = self
            .rights
            .check(authorization.and_then(metrics::caller), &rights::dynamodb(operation, &body));
        if let Err(message) = refused {
            let kind = "com.amazon.coral.service#AccessDeniedException";
            let body = serde_json::json!({"__type": kind, "Message": message}).to_string();
            return reply(StatusCode::BAD_REQUEST, body);
        }
        // Without credentials the engine's own server says what is missing.
        let answer = match authorization {
            Some(caller) if parts.method == Method::POST => {
                let counted = |units| self.metrics.cost(caller, operation, units);
                self.directly(operation, &body, &counted)
            }
            _ => None,
        };
        let answer = match answer {
            Some(answer) => answer,
            None => self.forward(parts.clone(), body).await,
        };
        if writes(operation) && answer.status().is_success() {
            self.written.notify_waiters();
        }
        answer
    }

    /// The hot path. `None` leaves the request to the engine's own server.
    fn directly(&self, operation: &str, body: &[u8], cost: &dyn Fn(f64)) -> Option<Answer> {
        let db = &self.database;
        match operation {
            "GetItem" => call(body, cost, |request| db.get_item(request)),
            "PutItem" => call(body, cost, |request| db.put_item(request)),
            "UpdateItem" => call(body, cost, |request| db.update_item(request)),
            "DeleteItem" => call(body, cost, |request| db.delete_item(request)),
            "Query" => call(body, cost, |request| db.query(request)),
            "BatchGetItem" => call(body, cost, |request| db.batch_get_item(request)),
            "BatchWriteItem" => call(body, cost, |request| db.batch_write_item(request)),
            "TransactWriteItems" => self.transact(body, cost),
            "TransactGetItems" => call(body, cost, |request| db.transact_get_items(request)),
            _ => None,
        }
    }

    /// A transaction, done once per token.
    fn transact(&self, body: &[u8], cost: &dyn Fn(f64)) -> Option<Answer> {
        let mut request: TransactWriteItemsRequest = serde_json::from_slice(body).ok()?;
        // The engine's own server words the refusal of a token that is not one (1-36 characters).
        let fits = |token: &String| (1..=36).contains(&token.len());
        let Some(token) = request.client_request_token.take().filter(fits) else {
            return call(body, cost, |request| self.database.transact_write_items(request));
        };
        let run = || {
            let mut request = request;
            let wanted = request.ask();
            let mut answer = self
                .database
                .transact_write_items(request)
                .map_err(|error| refusal(error).map(Box::new))?;
            cost(answer.units(wanted));
            serde_json::to_vec(&answer).map(Bytes::from).map_err(|_| None)
        };
        match self.tokens.once(&token, body, run) {
            Once::Done(answer) => Some(reply(StatusCode::OK, answer)),
            Once::Failed(refusal) => refusal.map(|answer: Box<Answer>| *answer),
            Once::Mismatch => {
                let text = "the token was used with other parameters".to_owned();
                let error = DynoxideError::IdempotentParameterMismatchException(text);
                Some(reply(StatusCode::BAD_REQUEST, error.to_json()))
            }
        }
    }

    async fn forward(&self, parts: Parts, body: Bytes) -> Answer {
        let broken =
            |error: String| net::answer(StatusCode::INTERNAL_SERVER_ERROR, CONTENT_TYPE, error);
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let mut request = match Request::builder()
            .method(parts.method)
            .uri(format!("http://127.0.0.1:{}{path}", self.engine_port))
            .body(Full::new(body))
        {
            Ok(request) => request,
            Err(error) => return broken(error.to_string()),
        };
        *request.headers_mut() = parts.headers;
        request.headers_mut().remove(header::TRANSFER_ENCODING);
        match self.client.request(request).await {
            Ok(answer) => {
                let (parts, body) = answer.into_parts();
                match body.collect().await {
                    Ok(body) => Answer::from_parts(parts, Full::new(body.to_bytes())),
                    Err(error) => broken(error.to_string()),
                }
            }
            Err(error) => broken(error.to_string()),
        }
    }
}

fn writes(operation: &str) -> bool {
    matches!(
        operation,
        "PutItem"
            | "UpdateItem"
            | "DeleteItem"
            | "BatchWriteItem"
            | "TransactWriteItems"
            | "ExecuteStatement"
            | "ExecuteTransaction"
            | "BatchExecuteStatement"
    )
}

fn call<Q: DeserializeOwned + Asks, A: Serialize + Costs>(
    body: &[u8],
    cost: &dyn Fn(f64),
    run: impl FnOnce(Q) -> Result<A, DynoxideError>,
) -> Option<Answer> {
    let mut request: Q = serde_json::from_slice(body).ok()?;
    let wanted = request.ask();
    match run(request).map(|mut answer| {
        cost(answer.units(wanted));
        answer
    }) {
        Ok(answer) => Some(reply(StatusCode::OK, serde_json::to_vec(&answer).ok()?)),
        Err(error) => refusal(error),
    }
}

/// The refusals that belong to the hot path; `None` for those that the engine's own server words.
fn refusal(error: DynoxideError) -> Option<Answer> {
    match error {
        DynoxideError::ConditionalCheckFailedException(..)
        | DynoxideError::TransactionCanceledException(..) => {
            Some(reply(StatusCode::BAD_REQUEST, error.to_json()))
        }
        _ => None,
    }
}

fn reply(status: StatusCode, body: impl Into<Bytes>) -> Answer {
    let mut answer = net::answer(status, CONTENT_TYPE, body);
    let id = uuid::Uuid::new_v4().simple().to_string();
    if let Ok(id) = HeaderValue::from_str(&id) {
        answer.headers_mut().insert("x-amzn-requestid", id);
    }
    answer
}
