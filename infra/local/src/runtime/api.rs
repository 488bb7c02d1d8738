//! The Runtime API of one process: `/2018-06-01/runtime/…`.

use super::function::{Function, Next, PAYLOAD_BYTES_MAX};
use super::pool::{Failure, Handover};
use crate::net::{self, Answer, BodyError};
use crate::{clock, template::names};
use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use serde_json::json;
use std::sync::Arc;
use tokio::net::TcpListener;

const BASE: &str = "/2018-06-01/runtime/";

/// Answers the process with this number.
pub(super) async fn serve(function: Arc<Function>, number: u64, listener: TcpListener) {
    net::serve(listener, move |request, _| {
        let function = Arc::clone(&function);
        async move { handle(function, number, request).await }
    })
    .await;
}

async fn handle(function: Arc<Function>, number: u64, request: Request<Incoming>) -> Answer {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path();
    let Some(path) = path.strip_prefix(BASE) else {
        return refused(StatusCode::NOT_FOUND, "UnknownPath");
    };
    if parts.method == Method::GET && path == "invocation/next" {
        return next(&function, number).await;
    }
    if parts.method != Method::POST {
        return refused(StatusCode::METHOD_NOT_ALLOWED, "InvalidMethod");
    }
    if path == "init/error" {
        let body = net::read(body, PAYLOAD_BYTES_MAX).await.unwrap_or_default();
        function.logs.line(
            function.stem(),
            "-",
            &format!("stack: init error {}", String::from_utf8_lossy(&body)),
        );
        return accepted();
    }
    let Some((id, verb)) = path.strip_prefix("invocation/").and_then(|rest| rest.split_once('/'))
    else {
        return refused(StatusCode::NOT_FOUND, "UnknownPath");
    };
    let result = match (verb, net::read(body, PAYLOAD_BYTES_MAX).await) {
        // What came before a broken connection is no answer.
        (_, Err(BodyError::Broken)) => return refused(StatusCode::BAD_REQUEST, "BrokenBody"),
        ("response", Ok(body)) => Ok(body),
        ("error", Ok(body)) => {
            function.logs.line(
                function.stem(),
                id,
                &format!("stack: function error {}", String::from_utf8_lossy(&body)),
            );
            Err(Failure::Function(body))
        }
        ("response" | "error", Err(BodyError::TooLarge)) => Err(Failure::TooLarge),
        _ => return refused(StatusCode::NOT_FOUND, "UnknownPath"),
    };
    let too_large = matches!(result, Err(Failure::TooLarge));
    if !function.finish(number, id, result) {
        return refused(StatusCode::BAD_REQUEST, "InvalidRequestID");
    }
    if too_large {
        return refused(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge");
    }
    accepted()
}

async fn next(function: &Arc<Function>, number: u64) -> Answer {
    let handover = match function.next(number) {
        Some(Next::Now(handover)) => Some(handover),
        Some(Next::Later(waiting)) => waiting.wait().await,
        None => None,
    };
    match handover {
        Some(handover) => event(function, handover),
        None => refused(StatusCode::FORBIDDEN, "ProcessEnded"),
    }
}

fn event(function: &Function, handover: Handover) -> Answer {
    let deadline =
        clock::epoch_ms() + u64::try_from(function.spec.timeout.as_millis()).unwrap_or(u64::MAX);
    let mut answer = net::answer(StatusCode::OK, "application/json", handover.payload);
    let headers = answer.headers_mut();
    let arn = names::function_arn(&function.spec.id);
    let trace =
        format!("Root=1-{:08x}-{:.24};Sampled=0", deadline / 1000, handover.id.replace('-', ""));
    for (name, value) in [
        ("lambda-runtime-aws-request-id", &*handover.id),
        ("lambda-runtime-deadline-ms", deadline.to_string().as_str()),
        ("lambda-runtime-invoked-function-arn", arn.as_str()),
        ("lambda-runtime-trace-id", trace.as_str()),
    ] {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
    answer
}

fn accepted() -> Answer {
    let mut answer = Response::new(Full::new(Bytes::from_static(b"{\"status\":\"OK\"}")));
    *answer.status_mut() = StatusCode::ACCEPTED;
    answer
}

fn refused(status: StatusCode, kind: &str) -> Answer {
    net::json(status, &json!({"errorType": kind, "errorMessage": kind}))
}
